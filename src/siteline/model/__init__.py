"""Nouns: frozen, with units, no I/O. Import them from their files."""
