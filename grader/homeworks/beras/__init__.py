"""Beras: a Keras-like library in NumPy."""
