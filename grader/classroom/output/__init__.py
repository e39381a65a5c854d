"""What a class run writes."""
