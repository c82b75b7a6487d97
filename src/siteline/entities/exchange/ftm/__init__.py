"""FollowTheMoney: entities of its model in, kept as they are, and ours out in its words."""
