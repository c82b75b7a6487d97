"""An edition as a Word file, and the way back: an editor without software changes words, and every citation is kept."""
