"""Entities: things and their names, and people's judgements of which are the same."""
