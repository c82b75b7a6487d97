"""A page as a browser saw it: everything exchanged, what it looked like, what it says, and whether it is what was asked for."""
