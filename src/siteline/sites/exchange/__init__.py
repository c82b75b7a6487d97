"""Sites and events as files: GeoJSON, KML, KMZ and CSV, in and out; hostile until read."""
