"""Relations between a wrong and a right answer, from one array to a whole verdict."""
