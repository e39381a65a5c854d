"""A class on several machines."""
