"""Checks of what the first edition does not have, or asks otherwise."""
