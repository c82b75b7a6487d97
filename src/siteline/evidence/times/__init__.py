"""Trusted time over the log's checkpoints: asked for, kept, and weighed again at every verification."""
