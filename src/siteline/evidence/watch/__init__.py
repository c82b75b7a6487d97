"""Watching pages for removal: fingerprints, what one check says, and what a series of checks adds up to. Pure."""
