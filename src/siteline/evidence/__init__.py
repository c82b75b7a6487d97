"""What was taken into custody, by whom, what it proves, and that it has not changed since."""
