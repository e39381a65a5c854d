"""Questions about column_means and standardize."""

from grader.ask.draw import Draw
from grader.ask.probe import Observation, probe
from grader.ask.subject import Subject


@probe("column_means", "values")
def means(s: Subject, draw: Draw) -> Observation:
    """the mean of each column of a table."""
    return {"means": s.get("column_means")(draw.array(5, 3)).value}


@probe("standardize", "values", may_need=("column_means",))
def scores(s: Subject, draw: Draw) -> Observation:
    """each column less its mean, divided by its standard deviation."""
    return {"scores": s.get("standardize")(draw.array(6, 2)).value}
