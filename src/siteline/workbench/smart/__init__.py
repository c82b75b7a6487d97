"""IARPA SMART at the bench: annotations in, proposals out, both scored."""
