"""Evidence: taken into custody, examined, proved, watched."""
