"""What a sponsor reads about a study."""
