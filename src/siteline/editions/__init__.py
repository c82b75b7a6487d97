"""What was published or nearly so: briefs, and later their reviews, releases and corrections."""
