"""Claims at work: filed with their words checked, imported, told, exported."""
