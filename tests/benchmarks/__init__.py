"""Benchmarks: `python -m tests.benchmarks`; README.md says what is measured and what was found."""
