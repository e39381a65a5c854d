"""Classroom 50's entry point: grades the checkout in the current folder and writes result.json into it.

It ends with 0 when the submission was graded, however badly, and with something else when it was not: that is an error
of the autograder.
"""

import os
import sys
import tempfile
from pathlib import Path

from installed import grade, install  # type: ignore[import-not-found]

packages = Path(os.environ.get("RUNNER_TEMP") or tempfile.mkdtemp()) / "beras-grader"
if not packages.is_dir():
    install(packages)
options = ["--classroom50", "result.json", "--markdown", "release-body.md", "--annotations"]
if os.environ.get("GITHUB_STEP_SUMMARY"):
    options += ["--summary", os.environ["GITHUB_STEP_SUMMARY"]]
code, _ = grade(packages, Path("."), *options)
sys.exit(0 if code in (0, 1) else code)
