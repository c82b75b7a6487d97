"""Planet: search of its Data API, prices before purchase, orders clipped to the site, and what they deliver."""
