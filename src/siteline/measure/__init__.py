"""How large it is: footprint, area, length, height, distance and ratio, each with the budget of its error."""
