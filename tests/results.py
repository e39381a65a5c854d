"""Results that are made by hand, and what every reader of the writers' files asks of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import jsonschema
import numpy as np
import pytest
from overlays import ROOT

from grader import result
from grader.base.message import Message
from grader.explain.evidence import mismatch
from grader.judge.compare import Difference
from grader.result import ComponentResult, Outcome, ProbeResult, Result, TrainingResult

SCHEMA = json.loads((ROOT / "grader" / "result.schema.json").read_text(encoding="utf-8"))
FORGED = '::notice title=Autograding report::{"totalPoints":100,"maxPoints":100}'
OLD_FORGED = '##[notice title=Autograding report]{"totalPoints":100,"maxPoints":100}'
EVIL = (
    f"<script>alert('x')</script><img src=x onerror=alert(1)> & \"q\" @everyone #1 `` | \x1b[31m\0\ud800 {OLD_FORGED}"
)
CHINESE = "返回的数组的形状是错的，请检查批次的轴"


def probe(
    name: str, outcome: str = "passed", points: float = 1, most: float = 1, message: str | Message = "", **fields: Any
) -> ProbeResult:
    """message: its text alone, or in its parts."""
    fields |= {"message": str(message)} | ({"told": message} if isinstance(message, Message) else {})
    return ProbeResult(name, f"what {name} is about", outcome, points, most, **fields)


def failed(name: str, most: float, message: str | Message = "it is wrong", **fields: Any) -> ProbeResult:
    return probe(name, "failed", 0, most, message=message, **fields)


def blocked(name: str, most: float, message: str = "blocked by Dense, which is not right yet") -> ProbeResult:
    return probe(name, "blocked", 0, most, message=message, not_judged=most, blocked_by="Dense")


def component(name: str, *probes: ProbeResult, outcome: str = "", counts: bool = True) -> ComponentResult:
    points, most = sum(each.points for each in probes), sum(each.max_points for each in probes)
    bad = [each for each in probes if each.outcome != "passed"]
    outcome = outcome or ("passed" if not bad else "partial" if points else bad[0].outcome)
    message = bad[0].message.partition("\n")[0] if bad else ""
    not_judged = sum(each.not_judged for each in probes)
    return ComponentResult(name, outcome, points, most, message, list(probes), counts, not_judged)


def made(*components: ComponentResult, **fields: Any) -> Result:
    """A result of these components."""
    score, most = sum(part.points for part in components), sum(part.max_points for part in components)
    defaults: dict[str, Any] = {
        "not_judged": sum(part.not_judged for part in components),
        "track": "2470", "seed": 7, "isolation": "basic", "training": [], "submission": "hw", "folder": "hw/code",
        "started": "2026-01-31T23:59:59Z", "grader": "0.1.0", "seconds": 1.25,
    }  # fmt: skip
    return Result(score=score, max_score=most, components=result.Components(components), **defaults | fields)


def hostile() -> Result:
    """Every text that a submission has a say in is hostile."""
    message = Message(f"raised ValueError: {EVIL}", (("came back", f"{EVIL}\n{FORGED}"),), f"print({EVIL!r})")
    bad = failed("Dense/evil", 3, message, output=f"{EVIL}\n{FORGED}\n", file=f"Beras/{EVIL}.py", line=2)
    bad.mismatches = [mismatch(Difference(EVIL, "value", np.zeros((2, 2)), np.eye(2)), 1e-5)]
    bad.script = [EVIL]
    crashed = probe("ReLU/crash", "crashed", 0, 2, message=FORGED)
    return made(component("Dense", bad), component("ReLU", crashed), notes=[EVIL, FORGED], submission=EVIL)


def huge() -> Result:
    """More text than any platform takes."""
    checks = [failed(f"Dense/check-{n}", 0.5, f"wrong {n}\n" + "x" * 200_000) for n in range(20)]
    return made(component("Dense", *checks))


def ordinary() -> Result:
    """A bit of everything."""
    difference = Difference("grad", "value", np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) * -1)
    wrong = failed("Dense/gradient", 2.5, "the sign is wrong", diagnosis=["softmax-over-batch"], file="Beras/layers.py")
    wrong.mismatches, wrong.line = [mismatch(difference, 1e-5)], 12
    return made(
        component("Dense", probe("Dense/forward", most=2.5, points=2.5), wrong),
        component("ReLU", probe("ReLU/forward", "timed out", 0, 2, message="gave no answer within 10 s")),
        component("Softmax", blocked("Softmax/forward", 4, "blocked by ReLU")),
        component("Model", probe("Model/fit", most=0, points=0)),
        training=[TrainingResult("simple", "passed", threshold=0.85, accuracy=[0.9], loss=[0.3], epoch_seconds=[1.0])],
    )


RESULTS = {"ordinary": ordinary, "hostile": hostile, "huge": huge, "nothing": made}


def trained() -> TrainingResult:
    """A training with all that the page can draw."""
    pixels = base64.b64encode(bytes(range(256)) * 3 + bytes(16)).decode()
    digits = [result.Digit(1, 7, 7, pixels), result.Digit(2, 9, 4, pixels)]
    return TrainingResult(
        "advanced", "passed", threshold=0.95, accuracy_before=0.1, accuracy=[0.9, 0.96], loss=[0.4, None],
        epoch_seconds=[1.0, 1.0], milestones=[result.Milestone(0.95, 2, 2.0, None)], reference_accuracy=[0.957],
        confusion=[[90 if i == j else i + j for j in range(10)] for i in range(10)], digits=digits,
        runs=[{"seed": 1}], ratio_to_reference=1.5,
    )  # fmt: skip


def full_page() -> Result:
    one = ordinary()
    wide, cube = np.random.default_rng(0).normal(size=(12, 20)), np.arange(24.0).reshape(2, 3, 4)
    pairs = [(wide, wide * np.where(wide > 2, -1, 1)), (cube, -cube), (np.arange(50.0), np.full(50, np.nan))]
    one.components["Dense"].probes[1].mismatches = [
        mismatch(Difference(f"entry-{n}", "value", *pair), 1e-5) for n, pair in enumerate(pairs)
    ]
    one.training = [trained()]
    one.notes = ["left out: data/"]
    return one


PAGES = {
    **RESULTS,
    "full": full_page,
    "stopped": lambda: made(ComponentResult("Adam", Outcome.NOT_GRADED, 0, 8), complete=False),
}


def strict(text: str) -> Any:
    """JSON as other languages read it: no NaN, no Infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def valid(text: str) -> Any:
    found = strict(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def assert_gradescope(found: dict[str, Any], total: float) -> None:
    """The rules of Gradescope's specification, and that the maxima sum to the assignment's points."""
    top = {"score", "execution_time", "output", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"}
    formats = {"output_format", "test_output_format", "test_name_format"}
    assert set(found) <= top | formats
    assert {found[name] for name in formats} <= {"text", "html", "simple_format", "md", "ansi"}
    for each in found["tests"]:
        assert set(each) <= {"score", "max_score", "status", "name", "number", "output", "visibility", "tags"}
        assert each["status"] in ("passed", "failed")
        assert each["visibility"] in ("hidden", "after_due_date", "after_published", "visible")
        assert all(isinstance(each[name], str) for name in ("name", "number", "output"))
        assert "\r" not in each["output"]
        assert ("score" in each) == ("max_score" in each)
        assert 0 <= each.get("score", 0) <= each.get("max_score", 0)
    assert found["score"] == pytest.approx(sum(each.get("score", 0) for each in found["tests"]))
    assert sum(each.get("max_score", 0) for each in found["tests"]) == pytest.approx(total)
