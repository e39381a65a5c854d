"""Small changes of a student's own lines, tried in the worker: the one that makes the wrong answers right is told."""
