"""Finds, copies and reads a hand-in. Nothing here runs student code."""
