"""Pixels through time: features freed from what the whole scene did, cut into levels; patches that stepped together."""
