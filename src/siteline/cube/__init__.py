"""Scenes and a grid → a co-registered, masked, harmonised time series, with what could not be used and why."""
