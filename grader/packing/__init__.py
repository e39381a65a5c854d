"""What an instructor uploads: the grader without the solution, and the files that a platform starts it with."""
