"""What runs beside student code and is of this homework alone: the standard library, NumPy, and these modules."""
