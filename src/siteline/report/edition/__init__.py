"""Editions: a written brief laid out, each sentence with the way back to its bytes."""
