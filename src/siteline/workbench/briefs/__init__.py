"""Briefs: what their sentences rest on is gathered from all records, held against the gate, and built."""
