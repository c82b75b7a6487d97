"""The same invented sites as a radar satellite would see them; opt-in: no optical picture depends on it."""
