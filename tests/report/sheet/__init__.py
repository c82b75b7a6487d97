"""Composed figures."""
