"""Entities in and out: tables as CSV, lists of aliases, FollowTheMoney."""
