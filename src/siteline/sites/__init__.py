"""Sites and scenes, surveys, event versions with judgements, sizes: rows that are added, never edited."""
