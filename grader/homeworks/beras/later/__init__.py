"""The years 2023 to 2025: tensors, a tape that walks from array to array, layers that sum over the batch."""
