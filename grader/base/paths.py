"""Where the package and its checkout lie."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]  # the folder grader/
CHECKOUT = PACKAGE.parent  # holds reference/ and data/ where this is a checkout, other packages where it is installed
