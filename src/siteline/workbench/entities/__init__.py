"""The work on things and their names: added, judged, looked up, brought in and out."""
