"""Reports of attacks: read, counted with ranges, compared; never how a weapon works."""
