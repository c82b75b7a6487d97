"""Radar as a second witness, on rendered series: `python -m bench.radar`."""
