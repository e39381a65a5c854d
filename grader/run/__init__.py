"""Drives the road once: one submission, from the rubric to the result."""
