"""Reports of attacks, and the nouns of counting them."""

from __future__ import annotations

from siteline.model.counted import CountPoint, CountSeries

__all__ = ("CountPoint", "CountSeries")
