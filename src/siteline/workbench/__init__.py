"""Where stages meet records: it orders the work and does no arithmetic."""
