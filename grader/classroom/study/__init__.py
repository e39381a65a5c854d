"""What a class shows together: statistics, groups, similarity."""
