"""Bytes by their digest, rows that are only ever added."""
