"""What a student reads about a verdict."""
