"""Everything that runs beside student code. Imports the standard library and NumPy only; holds no answer."""
