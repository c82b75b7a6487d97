"""Change events as the case knows them: an id for life, versions, and what people judged."""
