"""Sanction regimes as their publishers give them, and the makers whose names they may hold."""
