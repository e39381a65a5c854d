"""How an implementation is asked: three functions need no verbs of their own."""

from grader.ask.subject import Subject


class Dialect(Subject):
    """One implementation of the homework."""
