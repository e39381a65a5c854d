"""The grader judged like a test suite on the later years: every overlay of tests/submissions/YEAR through the command.

Half of the overlays stand on the year's given code as the course hands it out, which loops over the batch.
"""

from __future__ import annotations

import zlib
from operator import itemgetter
from pathlib import Path
from typing import Any

import later_core
import pytest
from editions import YEARS, build, expectation, overlays, reference
from overlays import Graded, grade, in_turn

from grader.homework import Edition, edition
from grader.packing.template import GAP
from grader.report.first_screen import LINES
from grader.run.effects import affected, snapshot

TURNS = 5  # weeks until every submission has been graded; all of them at once where BERAS_EVERY is set


def laid(year: str, kind: str, name: str, folder: Path) -> Path:
    """An overlay over its base; every other one on the course's own given code."""
    submission, of_year = build(year, kind, name, folder), edition(int(year))
    core = submission / of_year.package / "core.py"
    own = (reference(year) / of_year.package / "core.py").read_text(encoding="utf-8")
    if core.read_text(encoding="utf-8") == own and zlib.crc32(name.encode()) % 2:
        words = {**of_year.names, "forward": of_year.word("forward")}
        later_core.put_all_into(core, words, str(of_year.settings.get("recorded_by", "")))
    return submission


def graded(submission: Path, year: Edition, wanted: set[str], *more: str) -> Graded:
    """Without training, and of what the overlay's files cannot reach one component, another one for each."""
    names = [name for name in year.components if name not in year.trainings]
    before, after = snapshot(year.reference), snapshot(submission)
    witness = names[zlib.crc32(submission.name.encode()) % len(names)]
    reached = {*affected(names, before, after, {}), witness, *wanted} & set(names)
    return grade(submission, "--no-training", "--only", *sorted(reached, key=names.index), *more)


@pytest.mark.parametrize(("year", "name"), in_turn(overlays("wheats"), TURNS, itemgetter(1)))
def test_wheat_keeps_every_point(year: str, name: str, folder: Path) -> None:
    seed = expectation(year, "wheats", name).get("seed")  # under which it lost points once
    under = ("--seed", str(seed)) if seed else ()

    found = graded(laid(year, "wheats", name, folder), edition(int(year)), set(), *under)

    assert found.losing() == set()
    assert found.result["score"] == found.result["max_score"]
    assert found.result["edition"] == int(year)


CHAFFS = overlays("chaffs")
HALF_DONE = [each for each in CHAFFS if "implemented" in expectation(each[0], "chaffs", each[1])]


@pytest.mark.parametrize(
    ("year", "name"), in_turn([each for each in CHAFFS if each not in HALF_DONE], TURNS, itemgetter(1))
)
def test_chaff_loses_points_only_where_its_bug_is_and_is_told(year: str, name: str, folder: Path) -> None:
    expected: dict[str, Any] = expectation(year, "chaffs", name)
    wanted = {part for part in expected["loses"] if not part.startswith("training.")}
    asked = wanted | set(expected.get("blocked", ()))

    found = graded(laid(year, "chaffs", name, folder), edition(int(year)), asked)

    lost = found.losing()
    assert lost == wanted  # where everything is made of it as well: the rest is blocked then
    assert set(expected.get("blocked", ())) <= found.reading("blocked")
    assert "grader fault" not in found.outcomes()
    assert len(found.screen()) <= LINES
    told = set().union(*(found.diagnosis(component) for component in wanted))
    assert set(expected.get("diagnosis", ())) <= told
    assert not set(expected.get("misleading", ())) & told
    if "says" in expected:
        assert any(expected["says"] in said for _, said in found.messages())


@pytest.mark.parametrize(("year", "name"), HALF_DONE)
def test_half_done_work_is_judged_as_far_as_it_goes(year: str, name: str, folder: Path) -> None:
    submission = build(year, "chaffs", name, folder)

    found = grade(submission, "--no-training")

    expected = expectation(year, "chaffs", name)
    implemented = set(expected["implemented"])
    assert not found.losing() & implemented
    assert set(expected.get("missing", ())) <= found.reading("not implemented")
    if not any(GAP in path.read_text(encoding="utf-8") for path in submission.rglob("*.py")):
        assert implemented <= found.reading("passed")


@pytest.mark.parametrize("year", YEARS)
def test_reference_of_a_year_has_every_point(year: str) -> None:
    found = grade(reference(year))

    assert (found.result["score"], found.result["max_score"], found.exit_code) == (100, 100, 0)
    assert {part["outcome"] for part in found.components.values()} == {"passed"}
    assert len(found.components) == len(edition(int(year)).components)
