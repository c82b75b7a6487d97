"""Two looks compared: places ranked for a person (fine pixels), ground that changed (several bands)."""
