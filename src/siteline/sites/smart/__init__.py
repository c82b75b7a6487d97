"""IARPA SMART: its region and site models in and out, and a scorer by its rules."""
