"""A footprint fitted to a series of looks: blurred outlines of straight walls, the ground they stand on, their shadow."""
