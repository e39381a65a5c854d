"""The checks of the homework."""
