"""What was taken into custody, by whom, and proof that it has not changed since."""
