"""A user's own model: taken in, asked, its proposals filed."""
