"""A user's own model: described by its card, inspected as a hostile file, asked in a process of its own, tile by tile."""
