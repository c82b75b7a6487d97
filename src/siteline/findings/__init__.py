"""What may be said of events and sizes: draft findings, and the wording that the numbers support."""
