"""A hurried outline refitted to the edges of one image fine enough to show them."""
