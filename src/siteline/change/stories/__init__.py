"""From patches to what happened at a place: its states, its changes in order, what kind each is, and how they are told."""
