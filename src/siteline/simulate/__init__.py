"""A site that never was, rendered with its truth: for the demo, for tests, for calibration."""
