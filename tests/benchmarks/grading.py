"""3. Grading: whole processes of `grade` against pytest in one process and other graders, and where the time goes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from grader.ask.probe import all_probes
from tests.benchmarks import notebooks, tools
from tests.benchmarks.grade_once import PHASES
from tests.benchmarks.growth import measured
from tests.benchmarks.timing import ROOT, ROUNDS, Missing, Table, Took, command, middle, python, seconds, times, turns
from tests.benchmarks.wrong import everything_wrong, parts_wrong

ASSERTIONS = len(all_probes())
BASE = f"pytest in one process, {ASSERTIONS} assertions"
PLAIN = """\
import pytest
from eight_checks import CHECKS
@pytest.mark.parametrize("number", range({count}))
def test_check(number):
    CHECKS[number % len(CHECKS)]()
"""
GRADESCOPE = """\
import unittest
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
from eight_checks import CHECKS
class Tests(unittest.TestCase):
    pass
for number, check in enumerate(CHECKS):
    setattr(Tests, f"test_{number}", weight(1)(lambda self, check=check: check()))
with open("results.json", "w") as file:
    JSONTestRunner(stream=file).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
"""


def laid_out(folder: Path) -> Path:
    """The reference with the plain checks beside it, in the forms that the others want."""
    shutil.copytree(ROOT / "reference", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).with_name("eight_checks.py"), folder)
    for count in (8, ASSERTIONS):
        (folder / f"test_{count}.py").write_text(PLAIN.format(count=count))
    (folder / "gradescope.py").write_text(GRADESCOPE)
    problem = folder.with_name("problem")
    problem.mkdir()
    shutil.copy(Path(__file__).with_name("eight_checks.py"), problem)
    names = [
        line.split("(")[0][4:] for line in (problem / "eight_checks.py").read_text().splitlines() if line[:4] == "def "
    ]
    checks = "".join(
        f"@check50.check()\ndef {name}():\n    '''{name}'''\n    eight_checks.{name}()\n" for name in names
    )
    head = "import os, sys, check50\nsys.path.insert(0, os.path.dirname(__file__))\n"
    start = f"import importlib\nsys.path.insert(0, {str(folder)!r})\nimport eight_checks\n"
    (problem / "__init__.py").write_text(head + start + checks)
    (problem / ".cs50.yaml").write_text("check50:\n  checks: __init__.py\n  files:\n    - !require assignment.py\n")
    return folder


def tool(name: str, program: str, *words: str | Path, cwd: Path) -> Callable[[], Took]:
    return lambda: command(tools.needed(name, program), *words, cwd=cwd)()


def laid_out_by(lay_out: Callable[[Path, Path], Callable[[], Took]], folder: Path, plain: Path) -> Callable[[], Took]:
    """A grader that needs a folder of its own; where it is not installed, each turn says so."""
    folder.mkdir()
    try:
        return lay_out(folder, plain)
    except Missing as reason:
        missing = reason

    def refuse() -> Took:
        raise missing

    return refuse


def run(rounds: int = ROUNDS) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        plain = laid_out(place / "plain")
        half = parts_wrong(place / "half", 6)
        wrong = everything_wrong(place / "wrong")
        pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", plain, "-c", "/dev/null")
        grade = ("-m", "grader", "-q")
        players = {
            BASE: python(*pytest, plain / f"test_{ASSERTIONS}.py", cwd=plain),
            "pytest in one process, 8 checks": python(*pytest, plain / "test_8.py", cwd=plain),
            "gradescope-utils, 8 checks": tool("gradescope-utils", "python", "gradescope.py", cwd=plain),
            "check50, 8 checks": tool("check50", "check50", "--dev", place / "problem", cwd=plain),
            "otter-grader, 8 checks": laid_out_by(notebooks.otter, place / "otter", plain),
            "nbgrader, 8 checks": laid_out_by(notebooks.nbgrader, place / "nbgrader", plain),
            "grade reference/ --no-training": python(*grade, "reference", "--no-training"),
            "grade student_template/": python(*grade, "student_template", accepts=(1,)),
            "grade, six components wrong, --no-training": python(*grade, half, "--no-training", accepts=(1,)),
            "grade, all components wrong, --no-training": python(*grade, wrong, "--no-training", accepts=(1,)),
            "grade reference/": python(*grade, "reference"),
        }
        found = turns(players, rounds)
        phases = turns({"reference": lambda: measured("reference"), "all wrong": lambda: measured(str(wrong))}, rounds)
    base = found[BASE]
    assert not isinstance(base, Missing)
    rows = [
        [name, str(given), None, None, None]
        if isinstance(given, Missing)
        else [
            *(name, seconds(middle(given)), seconds(middle(given, "cpu"))),
            *(times(middle(given), middle(base)), times(middle(given, "cpu"), middle(base, "cpu"))),
        ]
        for name, given in found.items()
    ]
    yield Table(
        "Grading: whole processes",
        ("", "wall", "CPU", "this / pytest", "by CPU"),
        rows,
        "The expected answers are in the cache, as they are from the second grading on. Other graders run eight "
        "checks, unfenced, in their own process or in a notebook's kernel; `grade` runs all of its probes, in workers.",
    )
    rows = []
    for phase in PHASES:
        cells = [phase]
        for given in phases.values():
            if isinstance(given, Missing):
                cells += [str(given), ""]
                continue
            here = median(each[phase] for each in given)
            cells += [seconds(here), times(here, median(each["wall"] for each in given))]
        rows.append(cells)
    yield Table(
        "Where the time of `grade PATH --no-training` goes",
        ("", "reference", "of all", "all components wrong", "of all"),
        rows,
        "Workers run beside the grader: `worker start` and `probes` are what it waits for.",
    )
