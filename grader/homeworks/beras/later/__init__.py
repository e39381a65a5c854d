"""How the years from 2023 on are asked."""

from grader.homeworks.beras.later.training import Training


class Dialect(Training):
    """One implementation of a later year."""
