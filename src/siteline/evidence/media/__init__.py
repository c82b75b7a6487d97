"""Pictures and footage: what is in them, and whether one shows the other."""
