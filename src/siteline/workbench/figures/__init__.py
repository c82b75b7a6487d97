"""Figures as files: what to show of a site, in whose style, written with where it comes from."""
