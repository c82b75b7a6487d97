"""Where scenes come from; out come frozen `Scene`s."""
