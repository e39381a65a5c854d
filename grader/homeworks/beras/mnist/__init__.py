"""MNIST: reading it, preparing it for trainings, and synthetic images in its form."""
