"""Accepted findings as claims: an event, a size on file, what a building may be for, and that nothing changed."""
