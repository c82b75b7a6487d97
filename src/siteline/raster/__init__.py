"""Pixels: grids, resampling, the nodata rule, and how image files are opened."""
