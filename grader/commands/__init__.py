"""The commands besides `grade PATH`: one module each, with `main(arguments)`, which returns the exit code."""
