"""Questions about fit_line."""

from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Subject


@probe("fit_line", "least-squares")
def least_squares(s: Subject, draw: Draw) -> Observation:
    """slope and intercept of the line with the least squared error."""
    slope, intercept = s.get("fit_line")(draw.array(7), draw.array(7)).value
    return {"slope": slope, "intercept": intercept}
