"""Siteline: from satellite pixels to a sentence that can be published, and back."""

__version__ = "0.1.0"
