"""Sizes of what a person drew: outlines, lines, shadows, and how well they repeat."""
