"""The two ledgers: incidents with their counts, components with their makers."""
