"""A second witness: what changed in a series of radar intensities, when, and whether it bears out what images of light show."""
