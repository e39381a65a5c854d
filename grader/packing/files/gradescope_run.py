"""Grades the submission that Gradescope hands over, and leaves a results.json whatever happens."""

import json
import os
import sys
from pathlib import Path

from installed import grade, why_nothing  # type: ignore[import-not-found]

root = Path(sys.argv[1])
results, metadata = root / "results" / "results.json", root / "submission_metadata.json"
results.parent.mkdir(exist_ok=True)
results.unlink(missing_ok=True)

options = ["--gradescope", str(results)]
if metadata.is_file():  # which attempt this is
    options += ["--metadata", str(metadata)]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    options += ["--user", os.environ.get("AUTOGRADER_USER", "student")]
code, said = grade(root / "python", root / "submission", *options)  # Gradescope shows stderr to instructors alone
if not results.is_file():
    found = {"score": 0, "output": why_nothing(code, said), "output_format": "text", "visibility": "visible"}
    results.write_text(json.dumps(found) + "\n", encoding="utf-8")
