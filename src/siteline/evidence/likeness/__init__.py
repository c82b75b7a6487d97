"""What looks alike among all evidence: frames hashed once, pairs found, and what a person said of them."""
