"""The version of the grader, as pyproject.toml has it."""

GRADER_VERSION = "0.1.0"
