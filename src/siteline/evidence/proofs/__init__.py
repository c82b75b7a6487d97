"""Proofs that come with a file: time stamps, signatures, content credentials."""
