"""The ledgers of a case: incidents and components."""
