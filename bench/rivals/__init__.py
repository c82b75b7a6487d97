"""What others would do with the same images."""
