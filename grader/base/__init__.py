"""The ground that every step stands on: errors, files, caches, text, arrays, processes."""
