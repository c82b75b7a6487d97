"""Pictures of the two ledgers: counts over time, shares, a map, a flow chart; each with its definition and edition."""
