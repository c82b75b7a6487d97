"""Time series in, dated change events out."""
