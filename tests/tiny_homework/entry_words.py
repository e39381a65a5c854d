"""What students call what the checks see."""

PHRASES = {
    "means": "the means",
    "scores": "the standardized table",
    "slope": "the slope",
    "intercept": "the intercept",
}
WRONG: dict[str, str] = {}
