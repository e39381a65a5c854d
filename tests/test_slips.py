"""The slips that are read off a text: each kind changes what it says, and what comes of it is Python."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.ask import patches
from grader.ask.answers import LiveAnswers
from grader.ask.code_words import plain
from grader.ask.slips import slips_of
from grader.homework import YEARS, edition

SHORT = 12  # characters of a statement that tells nothing, such as `return x`

# a body, its slip, and the sentence that tells it
KINDS = [
    ("return np.mean(x, axis=1)", "np.mean(x, axis=0)", "the mean were taken over axis 0"),
    ("return np.mean(x, axis=1)", "np.mean(x)", "the mean were taken over everything at once (no axis)"),
    ("return np.mean(x, axis=1)", "np.sum(x, axis=1)", "sum stood for mean"),
    ("return np.max(x, axis=1, keepdims=True)", "np.max(x, axis=1)", "the max lost its axis (no keepdims)"),
    ("return np.argmax(x, axis=1)", "np.argmax(x)", "the argmax were taken over everything at once (no axis)"),
    ("return x - y", "y - x", "both sides of a `-` were exchanged: y - x"),
    ("return x @ y", "y @ x", "both sides of a `@` were exchanged: y @ x"),
    ("return x @ y", "x @ y.T", "y were transposed"),
    ("return x.T", "x", "x were not transposed"),
    ("return x + y", "x - y", "x and y were subtracted"),
    ("return x + y", "x", "y were left out"),
    ("return 2 / x", "1 / x", "1 / x stood there"),
    ("return -x", "x", "a minus were missing"),
    ("return x / len(x)", "x / x.shape[-1]", "the columns of x were counted, not its rows"),
    ("return x / x.shape[-1]", "x / x.shape[0]", "the rows of x were counted, not its columns"),
    ("return np.clip(x, y, 3)", "x", "clip were not applied"),
    ("return np.sqrt(x) + y", "np.sqrt(x + y)", "y were added within sqrt"),
    ("return np.sqrt(2 / (x + y))", "np.sqrt(2 / x + y)", "a bracket were missing: 2 / x + y"),
    ("return x > y", "x >= y", "`>=` compared there"),
    ("return y**x", "y ** (x - 1)", "the power x were one less"),
    ("return x**2", "x", "the power 2 were left out"),
    ("return x, y", "y, x", "both results were swapped"),
    ("return {'a': x, 'b': y}", "{'a': y, 'b': x}", "the values of both keys were swapped"),
    ("return x", "y", "y stood for x"),
    ("x += y", "x = y", "what x held were forgotten"),
    ("x += y", "x = x + y", "x were a new array"),
    ("x += y", "pass", "`x += ...` were missing"),
    ("x += y", "x += y\nx += y", "x were changed twice"),
    ("assert x", "pass", "nothing were refused"),
]


def as_python(body: str) -> str:
    return ast.dump(ast.parse("\n".join(line.strip().removeprefix("return ") for line in body.splitlines())))


@pytest.mark.parametrize(("body", "wrong", "sentence"), KINDS)
def test_slip_does_what_its_sentence_says(body: str, wrong: str, sentence: str) -> None:
    text = f"class Layer:\n    def forward(self, x, y):\n        {body}\n"

    found = {slip.sentence: slip.applied(text) for slip in slips_of(text, "Layer").values()}

    changed = found[f"{sentence} in forward"].partition("y):\n")[2]
    assert as_python(changed.replace("; ", "\n")) == as_python(wrong)


@pytest.mark.parametrize(
    ("default", "slip"), [("beta=0.9", "0.99"), ("beta=0.999", "0.9"), ("epsilon=1e-7", "1e-08"), ("alpha=0.3", "0.01")]
)
def test_usual_number_takes_the_place_of_another(default: str, slip: str) -> None:
    text = f"class Layer:\n    def __init__(self, {default}):\n        pass\n"

    assert f"{slip} stood in place of another constant in __init__" in {
        slip.sentence for slip in slips_of(text, "Layer").values()
    }


def test_same_slip_is_made_everywhere() -> None:
    text = "class Layer:\n    def forward(self, x, y):\n        return np.argmax(x, axis=1) == np.argmax(y, axis=1)\n"

    assert any(
        slip.applied(text).endswith("np.argmax(x) == np.argmax(y)\n") for slip in slips_of(text, "Layer").values()
    )


def test_every_relative_fits_a_year_and_has_a_sentence() -> None:
    fitting = {code for year in YEARS for code in LiveAnswers("", edition(year)).relatives}

    for below in ("", "later", "y2026"):
        for code, patch in patches.load(patches.RELATIVES / below).items():
            assert patch.sentence
            assert code in fitting


def test_loop_that_may_not_end_has_no_slips() -> None:
    assert slips_of("class Tape:\n    def walk(self, x):\n        while x:\n            x -= 1\n", "Tape") == {}


@pytest.mark.parametrize("year", YEARS)
def test_slips_of_a_reference_are_patches_that_compile(year: int, tmp_path: Path) -> None:
    answers = LiveAnswers(str(tmp_path), edition(year))
    judged = [each for each in answers.edition.components if not each.startswith("training.")]

    found = {code: slip for component in judged for group in answers.slips(component) for code, slip in group.items()}

    assert len(found) > 500
    for code in list(found)[:: 1 + len(found) // 200]:
        patch = answers.slipped[code]
        for file, text in patch.applied(answers.sources).items():
            if file == patch.edits[0][0]:
                compile(text, file, "exec")


@pytest.mark.parametrize("year", YEARS)
def test_sentence_shows_no_statement_of_the_solution(year: int, tmp_path: Path) -> None:
    answers = LiveAnswers(str(tmp_path), edition(year))
    modules = [ast.parse(text) for text in answers.sources.values()]
    simple = (ast.Assign, ast.AugAssign, ast.Return)
    lines = {plain(ast.unparse(node)) for each in modules for node in ast.walk(each) if isinstance(node, simple)}

    for component in set(answers.edition.parts) & set(answers.edition.components):
        for slip in (each for group in answers.slips(component) for each in group.values()):
            assert "self." not in slip.sentence
            assert [line for line in lines if len(line) > SHORT and line in slip.sentence] == []
