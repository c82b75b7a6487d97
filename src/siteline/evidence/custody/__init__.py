"""What came, from whom, when: the log, the keys that sign it, and whether all is as it was."""
