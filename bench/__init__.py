"""Benchmarks: every figure that we publish is printed by one command here."""
