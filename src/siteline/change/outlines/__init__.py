"""The shape of what changed, and what single images show at its border."""
