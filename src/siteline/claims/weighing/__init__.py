"""Weighing: what analysts judge of claims and sources, who may see it, and how it turned out."""
