"""From what the checks of a hand-in saw to its rows: whose failure each is, what is earned, lost or not judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from canned import RIGHT, STUB, check, graded, raised, right, wrong

from grader.ask.client import Fault, Frame
from grader.ask.probe import NotAsked, Rule
from grader.ask.response import Response
from grader.base.errors import UsageError
from grader.diagnose.misconceptions import Diagnosis
from grader.explain.rows import line_of_why
from grader.homework import FIRST
from grader.judge.blame import lacking
from grader.judge.hidden import NOT_HERE
from grader.judge.passive import ASIDE
from grader.result import Outcome, ProbeResult
from grader.run.grading import Grading

FORWARD, GRADIENT = check("Dense/forward", weight=3), check("Dense/gradient")
SOFTMAX, LOSS = check("Softmax/values", needs=("Dense",)), check("CrossEntropyLoss/values", needs=("Softmax",))
FREE, MAY_NEED = check("Softmax/values"), check("Softmax/values", may_need=("Dense",))
IN_DENSE = Frame("Beras/layers.py", 3, "Dense.forward", "return x @ self.w")
IN_A_HELPER = Frame("Beras/layers.py", 9, "columns", "return x.mean(axis=7)")
IN_SOFTMAX = Frame("Beras/activations.py", 3, "Softmax.forward", "return np.exp(x)")
EMPTY_DENSE = {"Beras/layers.py": f"class Dense:\n    def forward(self, x):\n        {STUB}\n"}
CALLS_DENSE: dict[str, Any] = {"unwritten": ("Beras.layers:Dense.forward",)}


def told(grading: Grading, name: str) -> tuple[Outcome, str]:
    """The outcome of a check, and the first line of what students read of it."""
    verdict = grading.verdict(next(probe for probe in grading.probes if probe.name == name))
    return verdict.outcome, verdict.message.first_line


def row(grading: Grading, name: str) -> tuple[str, float, float, float]:
    """The outcome of a component, what it earned of how much, and what nobody could judge."""
    found = grading.component(name)
    assert found is not None
    return found.outcome, found.points, found.max_points, found.not_judged


# --- points -------------------------------------------------------------------------------------------------------


def test_right_answers_earn_all_points(tmp_path: Path) -> None:
    assert row(graded(tmp_path, FORWARD, GRADIENT), "Dense") == ("passed", 12, 12, 0)


def test_a_wrong_answer_loses_the_share_of_its_check(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, GRADIENT, saw={"Dense/gradient": wrong()})
    assert row(grading, "Dense") == ("partial", 9, 12, 0)


def test_what_another_track_asks_for_costs_nothing_where_it_is_not_written(tmp_path: Path) -> None:
    saw = {"Softmax/values": raised(IN_SOFTMAX, "NotImplementedError")}
    grading = graded(tmp_path, SOFTMAX, saw=saw, track="1470")
    assert row(grading, "Softmax") == ("not on this track", 0, 0, 0)
    assert grading.component("Softmax").message == "not required on 1470"


def test_given_code_that_is_broken_is_to_be_restored(tmp_path: Path) -> None:
    grading = graded(tmp_path, check("Model/compile"), saw={"Model/compile": wrong()})
    assert row(grading, "Model") == ("failed", 0, 0, 0)
    assert grading.component("Model").message.startswith("this code was given: restore it from the template (")


def test_a_verdict_has_its_words_where_its_cause_cannot_be_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: Diagnosis) -> None:
        raise IndexError("out of range")

    monkeypatch.setattr(Diagnosis, "find", lost)
    grading = graded(tmp_path, FORWARD, saw={"Dense/forward": wrong()})

    outcome, line = told(grading, "Dense/forward")
    assert outcome == Outcome.FAILED
    assert line
    assert grading.notes()[-1] == ("Dense: the grader failed while it looked for the cause (IndexError: out of range)")


def test_a_check_that_the_rubric_calls_an_extension_is_free_where_it_is_not_handed_in(tmp_path: Path) -> None:
    missing = Response(fault=Fault("missing", "Dense has no gradient"))
    free: dict[str, Any] = {"extension_checks": frozenset({"Dense/gradient"})}
    grading = graded(tmp_path, FORWARD, GRADIENT, saw={"Dense/gradient": missing}, **free)
    assert told(grading, "Dense/gradient")[0] == Outcome.NOT_ASKED
    assert row(grading, "Dense") == ("passed", 12, 12, 0)


def test_an_extension_is_asked_only_where_it_is_handed_in(tmp_path: Path) -> None:
    extension = check("BatchNorm/forward")
    assert not graded(tmp_path / "without", extension).probes
    handed_in = {
        "Beras/batchnorm.py": "class BatchNorm:\n    def forward(self, x):\n        return x - x.mean(axis=0)\n"
    }
    assert graded(tmp_path / "with", extension, sources=handed_in).probes == [extension]


# --- whose failure it is ------------------------------------------------------------------------------------------


def test_a_check_that_rests_on_a_wrong_one_of_its_component_fails_because_of_it(tmp_path: Path) -> None:
    rests = check("Dense/gradient", needs=("Dense/forward",)), check("Dense/mean", needs=("Dense/gradient",))
    saw = {"Dense/forward": wrong(), "Dense/gradient": raised(IN_DENSE), "Dense/mean": raised(IN_DENSE)}
    grading = graded(tmp_path, FORWARD, *rests, saw=saw)
    assert told(grading, "Dense/mean") == told(grading, "Dense/gradient") == told(grading, "Dense/forward")
    assert all(grading.verdict(each).because is grading.verdict(FORWARD) for each in rests)
    assert row(grading, "Dense") == ("failed", 0, 12, 0)


@pytest.mark.parametrize(("dense", "state"), [(wrong(), "right"), (raised(IN_DENSE, "NotImplementedError"), "written")])
def test_a_check_that_needs_a_wrong_component_is_blocked_and_costs_nothing(
    dense: Response, state: str, tmp_path: Path
) -> None:
    grading = graded(tmp_path, FORWARD, SOFTMAX, saw={"Dense/forward": dense, "Softmax/values": wrong()})
    assert told(grading, "Softmax/values")[1] == f"blocked by Dense, which is not {state} yet; this check uses it"
    assert row(grading, "Softmax") == ("blocked", 0, 6, 6)


def test_a_right_answer_is_right_whatever_it_needs(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, SOFTMAX, saw={"Dense/forward": wrong()})
    assert row(grading, "Softmax") == ("passed", 6, 6, 0)


def test_of_a_row_of_blocked_components_the_first_is_named(tmp_path: Path) -> None:
    saw = {"Dense/forward": wrong(), "Softmax/values": wrong(), "CrossEntropyLoss/values": wrong()}
    grading = graded(tmp_path, FORWARD, SOFTMAX, LOSS, saw=saw)
    assert told(grading, "CrossEntropyLoss/values")[1].startswith("blocked by Dense, ")
    assert [grading.verdict(each).blocked_by for each in (FORWARD, SOFTMAX, LOSS)] == ["", "Dense", "Dense"]


def test_a_component_that_was_not_chosen_blocks_all_the_same(tmp_path: Path) -> None:
    saw = {"Dense/forward": wrong(), "Softmax/values": wrong()}
    grading = graded(tmp_path, FORWARD, SOFTMAX, saw=saw, components=("Softmax",))
    assert told(grading, "Softmax/values")[0] == Outcome.BLOCKED
    assert grading.component("Dense") is None


def test_a_constant_factor_costs_points_only_where_it_arises(tmp_path: Path) -> None:
    scaled, rules = Response({"y": 5 * RIGHT}), {"y": Rule(gradient=True)}
    checks = check("Dense/forward", rules=rules), check("Softmax/values", needs=("Dense",), rules=rules)
    grading = graded(tmp_path, *checks, saw={"Dense/forward": scaled, "Softmax/values": scaled})
    assert (row(grading, "Dense")[:2], row(grading, "Softmax")[:2]) == (("partial", 6), ("passed", 6))


def test_an_exception_of_a_component_that_is_not_right_blocks_what_may_need_it(tmp_path: Path) -> None:
    saw = {"Softmax/values": raised(IN_DENSE), "Dense/forward": wrong()}
    said = "raised ValueError: no such axis (Beras/layers.py line 3)"
    blocked, free = (graded(tmp_path / n, FORWARD, each, saw=saw) for n, each in (("a", MAY_NEED), ("b", FREE)))
    assert told(blocked, FREE.name) == (Outcome.BLOCKED, f"blocked by Dense, whose code runs here: {said}")
    assert told(free, FREE.name) == (Outcome.ERROR, said)


def test_an_exception_of_a_file_that_it_may_need_blocks_unless_all_is_right_there(tmp_path: Path) -> None:
    saw = {"Softmax/values": raised(IN_A_HELPER)}
    right_file = graded(tmp_path / "a", FORWARD, MAY_NEED, saw=saw)
    said = "raised ValueError: no such axis (Beras/layers.py line 9)"
    assert told(right_file, FREE.name) == (Outcome.ERROR, said)
    wrong_file = graded(tmp_path / "b", FORWARD, MAY_NEED, saw={**saw, "Dense/forward": wrong()})
    said = "blocked by Beras/layers.py line 9: ValueError: no such axis"
    assert told(wrong_file, FREE.name) == (Outcome.BLOCKED, said)
    assert [grading.verdict(MAY_NEED).blocked_by for grading in (right_file, wrong_file)] == ["", "Beras/layers.py"]


def test_given_code_that_lacks_an_attribute_of_a_class_is_no_fault_of_the_given_code() -> None:
    def fault(function: str) -> Fault:
        frame = Frame("Beras/model.py", 9, function, "layer.weights")
        return Fault("raised", "'Dense' object has no attribute 'weights'", "AttributeError", (), (frame,))

    assert lacking(fault("Model.fit"), FIRST) == "Dense"
    assert lacking(fault("SequentialModel.call"), FIRST) == ""


def test_a_wrong_answer_counts_only_where_a_worker_of_its_own_gives_it_as_well(tmp_path: Path) -> None:
    spoilt = {"Dense/forward": wrong(fresh=False)}
    assert row(graded(tmp_path / "a", FORWARD, saw=spoilt, alone={"Dense/forward": right()}), "Dense")[0] == "passed"
    assert row(graded(tmp_path / "b", FORWARD, saw=spoilt, alone={"Dense/forward": wrong()}), "Dense")[0] == "failed"


# --- what makes no sense here ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "convention", "outcome"),
    [
        (right(), "", Outcome.NOT_ASKED),
        (wrong(), "", Outcome.BLOCKED),
        (wrong(convention="upstream"), "upstream", Outcome.NOT_ASKED),
        (right(convention="jacobian"), "upstream", Outcome.FAILED),
        (raised(IN_DENSE), "upstream", Outcome.BLOCKED),
    ],
)
def test_a_question_is_left_out_only_where_another_check_shows_that_it_makes_no_sense(
    shown: Response, convention: str, outcome: Outcome, tmp_path: Path
) -> None:
    declined = Response(not_asked=NotAsked("gradients take an upstream one", "Dense/forward", convention))
    grading = graded(tmp_path, FORWARD, GRADIENT, saw={"Dense/forward": shown, "Dense/gradient": declined})
    assert told(grading, "Dense/gradient")[0] == outcome


# --- what is not written ------------------------------------------------------------------------------------------


def test_a_function_that_is_not_written_is_named_by_its_place(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, sources=EMPTY_DENSE, saw={"Dense/forward": wrong(**CALLS_DENSE)})
    assert told(grading, "Dense/forward") == (Outcome.NOT_IMPLEMENTED, "Beras/layers.py line 3")


def test_a_function_of_another_component_that_is_not_written_blocks_what_may_need_it(tmp_path: Path) -> None:
    saw = {"Softmax/values": wrong(**CALLS_DENSE)}
    said = "blocked by Dense, which is not written yet (Beras/layers.py line 3); this check uses it"
    blocked, free = (
        graded(tmp_path / n, each, sources=EMPTY_DENSE, saw=saw) for n, each in (("a", MAY_NEED), ("b", FREE))
    )
    assert told(blocked, FREE.name) == (Outcome.BLOCKED, said)
    assert told(free, FREE.name)[0] == Outcome.FAILED


def test_a_component_of_which_nothing_is_written_gets_nothing_right(tmp_path: Path) -> None:
    saw = {"Dense/forward": right(**CALLS_DENSE), "Dense/gradient": wrong()}  # where it stopped before it was called
    grading = graded(tmp_path, FORWARD, GRADIENT, sources=EMPTY_DENSE, saw=saw)
    assert row(grading, "Dense") == ("not implemented", 0, 12, 0)


def test_a_name_that_is_not_there_is_told_before_what_is_not_written(tmp_path: Path) -> None:
    missing = Response(fault=Fault("missing", "Dense has no gradient"), **CALLS_DENSE)
    grading = graded(tmp_path, GRADIENT, sources=EMPTY_DENSE, saw={"Dense/gradient": missing})
    assert told(grading, "Dense/gradient") == (Outcome.NOT_IMPLEMENTED, "Dense has no gradient")


def test_a_right_answer_that_needs_what_is_not_written_shows_nothing(tmp_path: Path) -> None:
    saw = {"Softmax/values": right(**CALLS_DENSE)}
    needs, despite = SOFTMAX, check("Softmax/values", needs=("Dense",), despite=("Dense",))
    assert told(graded(tmp_path / "a", needs, sources=EMPTY_DENSE, saw=saw), needs.name)[0] == Outcome.BLOCKED
    assert told(graded(tmp_path / "b", despite, sources=EMPTY_DENSE, saw=saw), needs.name)[0] == Outcome.PASSED


def test_a_function_that_does_not_compile_is_an_error_whatever_blocks(tmp_path: Path) -> None:
    sources = {"Beras/activations.py": "class Softmax:\n    def forward(self, x):\n        return np.exp(x\n"}
    saw = {"Dense/forward": wrong(), "Softmax/values": wrong()}
    grading = graded(tmp_path, FORWARD, SOFTMAX, sources=sources, saw=saw)
    outcome, said = told(grading, "Softmax/values")
    assert outcome == Outcome.ERROR
    assert said.startswith("raised SyntaxError: ")
    assert said.endswith("(Beras/activations.py line 3)")


# --- what code that does nothing gets right ---------------------------------------------------------------------------

PASSIVE = check("Dense/keeps-input", passive=True)


def test_a_passive_check_counts_beside_a_right_one(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, GRADIENT, PASSIVE, saw={"Dense/forward": wrong()})
    assert told(grading, PASSIVE.name) == (Outcome.PASSED, "")


def test_a_passive_check_is_lost_where_nothing_else_is_right(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, PASSIVE, saw={"Dense/forward": wrong()})
    assert told(grading, PASSIVE.name) == (Outcome.FAILED, ASIDE)
    assert row(grading, "Dense") == ("failed", 0, 12, 0)


def test_a_passive_check_goes_the_way_of_the_first_that_is_judged(tmp_path: Path) -> None:
    passive, free = check("Softmax/keeps-input", passive=True), check("Softmax/sums")
    saw = {"Dense/forward": wrong(), "Softmax/values": wrong()}
    assert row(graded(tmp_path / "a", FORWARD, SOFTMAX, passive, saw=saw), "Softmax") == ("blocked", 0, 6, 6)
    grading = graded(tmp_path / "b", FORWARD, SOFTMAX, free, passive, saw={**saw, "Softmax/sums": wrong()})
    assert row(grading, "Softmax") == ("failed", 0, 6, 2)


# --- imports ------------------------------------------------------------------------------------------------------

TORCH = {"Beras/layers.py": "import torch\nclass Dense:\n    def forward(self, x):\n        return torch.mm(x)\n"}


def test_a_right_answer_by_a_forbidden_import_is_withheld_where_the_rubric_says_so(tmp_path: Path) -> None:
    lenient, strict = (
        graded(tmp_path / each, FORWARD, SOFTMAX, sources=TORCH, forbidden_imports=each)
        for each in ("told", "withheld")
    )
    assert row(lenient, "Dense")[0] == row(strict, "Softmax")[0] == "passed"
    assert row(strict, "Dense") == ("error", 0, 12, 0)
    assert told(strict, "Dense/forward")[1].startswith("`import torch` (Beras/layers.py line 1) is not allowed")


# --- hidden checks ------------------------------------------------------------------------------------------------

HIDES: dict[str, Any] = {"hidden": frozenset({"Dense/gradient"})}


def test_public_and_hidden_checks_share_the_points_by_their_weights(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, GRADIENT, saw={"Dense/gradient": wrong()}, **HIDES)
    assert tuple(map(float, grading.worth("Dense"))) == (9, 3)
    assert row(grading, "Dense") == ("partial", 9, 12, 0)
    hidden = grading.component("Dense").probes[1]
    assert (hidden.hidden, hidden.mismatches, hidden.script) == (True, [], [])


def test_no_public_verdict_depends_on_what_is_hidden(tmp_path: Path) -> None:
    saw = {"Dense/gradient": wrong(), "Softmax/values": wrong()}
    assert told(graded(tmp_path / "a", FORWARD, GRADIENT, SOFTMAX, saw=saw), SOFTMAX.name)[0] == Outcome.BLOCKED
    grading = graded(tmp_path / "b", FORWARD, GRADIENT, SOFTMAX, saw=saw, **HIDES)
    assert told(grading, SOFTMAX.name)[0] == Outcome.FAILED


def test_a_hidden_check_without_an_answer_is_asked_elsewhere(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, GRADIENT, unknown=("Dense/gradient",), **HIDES)
    grading.start()
    assert grading.observer.asked == ["Dense/forward"]
    assert told(grading, "Dense/gradient") == (Outcome.NOT_ASKED, NOT_HERE)
    assert row(grading, "Dense") == ("passed", 9, 9, 0)
    assert grading.worth_elsewhere("Dense") == 3


def test_a_public_check_without_an_answer_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the answer key has no answer to Dense/forward for seed 1"):
        graded(tmp_path, FORWARD, unknown=("Dense/forward",))


# --- the line of why ----------------------------------------------------------------------------------------------


def test_the_line_of_why_is_that_of_what_is_wrong_before_what_waits() -> None:
    waits = ProbeResult("Dense/a", "", "blocked", 0, 3, "blocked by Softmax", not_judged=3)
    fails = ProbeResult("Dense/b", "", "failed", 0, 3, "the sign is wrong\n  expected   1")
    assert line_of_why([waits, fails], Outcome.FAILED) == "the sign is wrong"
    assert line_of_why([waits], Outcome.BLOCKED) == "blocked by Softmax"


def test_the_line_of_why_says_of_a_place_what_is_there_where_only_a_part_is_missing() -> None:
    part = ProbeResult("Dense/a", "", "not implemented", 0, 3, "Beras/layers.py line 3")
    assert line_of_why([part], Outcome.PARTIAL) == "Beras/layers.py line 3 is not written yet"
    assert line_of_why([part], Outcome.NOT_IMPLEMENTED) == "Beras/layers.py line 3"


def test_a_row_says_where_to_look_first(tmp_path: Path) -> None:
    grading = graded(tmp_path, FORWARD, GRADIENT, saw={"Dense/gradient": wrong()})
    places = [(check.file, check.line) for check in grading.component("Dense").probes]
    assert places == [("", 0), ("Beras/layers.py", 2)]
