"""One folder a homework; the engine loads it by name."""
