"""Edits of a student's own lines: each does what its sentence says, and a function takes other code where it stands."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.diagnose.repair.brackets import missing
from grader.diagnose.repair.edit import ADDED, EXCHANGED, NAMED, TAKEN, Edit
from grader.diagnose.repair.edits import edits_of, edits_of_constants
from grader.diagnose.repair.outside import reaching_outside
from grader.diagnose.repair.search import MOST_ALIKE, Repair, simplest
from grader.diagnose.repair.text import LONGEST_PART, Text, contrast
from grader.judge.verdict import Line
from grader.worker.changes import Trace, assign, exchange

RIGHT = " {right}"
# a wrong body, what it becomes, and the sentence that tells the mistake
KINDS = [
    ("return x / 2", "return x", "`/ 2` does not belong here: without it"),
    ("return x**2", "return x", "`** 2` does not belong here: without it"),
    ("return np.round(x)", "return x", "`np.round(...)` does not belong here: without it"),
    ("return x.astype(int)", "return x", "`.astype(int)` does not belong here: without it"),
    ("return y[:-1]", "return y", "`[:-1]` does not belong here: without it"),
    ("return -x", "return x", "the `-` in front of `x` does not belong here: without it"),
    ("return x.T", "return x", "`.T` does not belong here: without it"),
    ("return np.sum(x, dtype=int)", "return np.sum(x)", "`dtype=int` does not belong here: without it"),
    ("return [z for z in x if z]", "return [z for z in x if True]", "`if z` does not belong here: without it"),
    ("x = x * y\nreturn x", "pass\nreturn x", "this line does not belong here: without it"),
    (
        "k = y > 1\nx = x * k\nreturn x",
        "pass\npass\nreturn x",
        "this line, and that of `k`, do not belong here: without them",
    ),
    ("return x.sum(axis=1)", "return x.sum(axis=0)", "`sum` is taken over axis 1; over axis 0"),
    ("return np.max(x)", "return np.max(x, axis=1)", "`max` is taken of everything at once; over axis 1"),
    ("return np.mean(x)", "return np.sum(x)", "with `sum` in place of `mean`"),
    ("return x @ y", "return (y @ x)", "with both sides exchanged, `y @ x`,"),
    ("return np.hstack(x)", "return np.vstack(x)", "with `vstack` in place of `hstack`"),
    ("return x / y + z", "return x / (y + z)", "brackets are missing around `y + z`: with them"),
    ("return x > y", "return (x < y)", "with `<` in place of `>`"),
    ("return x @ (y + z)", "return ((x @ y) + z)", "with `(x @ y) + z` in place of `x @ (y + z)`"),
    ("return (1 - x) ** y", "return (1 - (x ** y))", "with `1 - (x ** y)` in place of `(1 - x) ** y`"),
    ("return 6 / np.sqrt(x)", "return np.sqrt(6 / x)", "with `np.sqrt(6 / x)` in place of `6 / np.sqrt(x)`"),
    ("return x[y : y + 2], z[y:2]", "return x[y : y + 2], z[y : y + 2]", "with `[y : y + 2]` in place of `[y:2]`"),
    ("for i in x:\n    y += z[0]", "for i in x:\n    y += z[i]", "with `[i]` in place of `[0]`"),
    ("x -= y", "x += y", "with `+=` in place of `-=`"),
    ("return x.insert(0, y)", "return x.append(y)", "with `x.append(y)` in place of `x.insert(0, y)`"),
    ("return np.eye(len(x), 3)", "return np.eye(len(y), 3)", "with `len(y)` in place of `len(x)`"),
    ("return x", "return y", "with `y` in place of `x`"),
    ("return self.a * x", "return self.b * x", "with `self.b` in place of `self.a`"),
    ("return x.sum(axis=0)", "return x.sum(axis=0, keepdims=True)",
     "`keepdims=True` is missing in `x.sum(axis=0)`: with it"),
    ("return x", "return (x / len(x))", "`/ len(x)` is missing behind `x`: with it"),
    ("return x + y", "return ((x + y) ** 0.5)", "`** 0.5` is missing behind `x + y`: with it"),
    ("if x:\n    return y\nreturn z", "if False:\n    return y\nreturn z",
     "what is below `if x` should not run: without it"),
    ("for i in x:\n    y = i\n    return y", "for i in x:\n    y = i\nreturn y", "this line is in the loop: behind it"),
    ("for i in x:\n    if i:\n        return y", "for i in x:\n    if i:\n        pass\nreturn y",
     "this `return` is in the loop: behind it"),
    ("return x(y.pop())", "return x(z)", "with `z` in place of `y.pop()`"),
    ("return x + 1e-3", "return x + self.a", "with `self.a` in place of `1e-3`"),
    ("if x:\n    y = z\ny = y + z", "if x:\n    y = z\nelse:\n    y = y + z",
     "this line also runs after the `if` above it: in an `else`"),
    ("x = y\ny = z", "y = z\nx = y", "this line comes too late: before `x = y`"),
    ("x[y] = z", "x[y] *= z", "with `*=` in place of `=`"),
    ("x[y] += 1\nreturn z[y]", "x[y] += z[y]\nreturn z[y]", "with `z[y]` in place of `1`"),
    ("return np.dot(x, y)", "return np.outer(x, y)", "with `outer` in place of `dot`"),
    ("return x @ y", "return np.outer(x, y)", "with `np.outer(x, y)` in place of `x @ y`"),
    ("return np.eye(3) - x", "return np.diag(x) - x", "with `np.diag(x)` in place of `np.eye(3)`"),
    ("return x.pop()", "return x.pop(0)", "with `x.pop(0)` in place of `x.pop()`"),
    ("return x.max()", "return x.max(axis=-1, keepdims=True)",
     "`max` is taken of everything at once; over axis -1, with `keepdims=True`,"),
    ("return x**2 - y**2", "return ((x - y) ** 2)", "with `(x - y) ** 2` in place of `x**2 - y**2`"),
    ("return f(x) + f(y * z)", "return f(x + y * z)", "with `f(x + y * z)` in place of `f(x) + f(y * z)`"),
    ("return np.log(x + y)", "return (np.log(x) + y)", "with `np.log(x) + y` in place of `np.log(x + y)`"),
    ("return np.log(x * y + z)", "return (x * np.log(y + z))",
     "with `x * np.log(y + z)` in place of `np.log(x * y + z)`"),
    ("return np.sqrt(x + y**2)", "return (np.sqrt(x) + y)",
     "with `np.sqrt(x) + y` in place of `np.sqrt(x + y**2)`"),
    ("x = f(y)\nfor i in z:\n    i[0] = x", "pass\nfor i in z:\n    x = f(y)\n    i[0] = x",
     "`x` is made once, and all rounds of the loop share it: with a new one in each"),
    ("for i in z:\n    x = f(y)\n    x += i", "x = f(y)\nfor i in z:\n    pass\n    x += i",
     "this line runs in every round of the loop: before the loop"),
    ("for i in x:\n    z[:, y] = i", "for i in x:\n    z[i, y] = i", "with `[i, y]` in place of `[:, y]`"),
    ("return f(x) / z(x - y)", "return f((x - y)) / z(x - y)", "with `x - y` in place of `x`"),
    ("return x < y", "return x < 0", "with `0` in place of `y`"),
    ("while x and y:\n    x.pop()", "while x:\n    x.pop()", "the loop ends too early: without `y`"),
    ("x = self.a1 + y\nreturn self.a2 + y", "x = self.a1\nreturn self.a2",
     "`+ y` does not belong here: without it, and the same in line 4,"),
    ("return x / y + z / y", "return x + z", "`/ y` does not belong here: without it, and the same once more there,"),
]  # fmt: skip


def found_in(body: str) -> tuple[Text, dict[str, Edit]]:
    """The edits of a method with this body, by sentence."""
    lines = [f"        {line}\n" for line in body.splitlines()]
    others = "    def other(self):\n        return self.a, self.b\n"
    text = Text(f"class Layer:\n    def forward(self, x, y, z=[]):\n{''.join(lines)}{others}")
    function = next(text.functions())
    every = range(1, 100)
    return text, {edit.sentence: edit for edit in reversed(edits_of(text, function, "layers.py", every))}


@pytest.mark.parametrize(("body", "right", "sentence"), KINDS)
def test_edit_does_what_its_sentence_says(body: str, right: str, sentence: str) -> None:
    text, found = found_in(body)

    source = text.alone(next(text.functions()), found[sentence + RIGHT].pieces)

    changed = ast.parse(source).body[0].body[0].body
    assert ast.dump(ast.Module(changed, [])) == ast.dump(ast.parse(right))


def test_default_that_is_shared_is_made_anew() -> None:
    text, found = found_in("return z")

    edit = found[f"`z=[]` is made once and shared by all: with a new one each time{RIGHT}"]

    assert "z = []\n        return z" in text.alone(next(text.functions()), edit.pieces)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ("kept = {}", "`kept` belongs to the class, and all its objects share it: with a new one in `fit`"),
        ("def __init__(self):\n        self.kept = {}",
         "`self.kept` goes on from one call to the next: with a new one in `fit`"),
    ],
)  # fmt: skip
def test_state_that_is_shared_is_made_anew(made: str, sentence: str) -> None:
    text = Text(f"class Encoder:\n    {made}\n\n    def fit(self, x):\n        self.kept[x] = len(self.kept)\n")
    function = next(each for each in text.functions() if each.name == "Encoder.fit")

    found = {edit.sentence: edit for edit in edits_of(text, function, "x.py", range(1, 100))}

    changed = text.alone(function, found[sentence + RIGHT].pieces)
    assert "self.kept = {}\n        self.kept[x] = len(self.kept)" in changed


def test_default_and_constant_are_other_numbers() -> None:
    text = Text(
        "EPS = 1e-3\n\nclass Layer:\n    rate = 0.99\n\n    def f(self, x, beta=0.99):\n        return x + EPS\n"
    )
    function = next(text.functions())

    sentences = {edit.sentence: edit for edit in edits_of(text, function, "x.py", {7})}
    constants = edits_of_constants(text, [function], "x.py", {7})

    assert "beta=0.9)" in text.alone(function, sentences["with `0.9` in place of `0.99`" + RIGHT].pieces)
    assert {edit.function for edit in constants} == {"EPS"}  # nothing that runs mentions the other one
    assert "with `1e-06` in place of `1e-3`" + RIGHT in {edit.sentence for edit in constants}
    assert edits_of_constants(text, [function], "x.py", set()) == []


@pytest.mark.parametrize(
    ("formula", "brackets"),
    [
        ("a / b + c", {"a / (b + c)"}),
        ("a * (b + c) * d", set()),
        ("a - b / c * d", {"(a - b) / c * d", "(a - b / c) * d", "a - b / (c * d)"}),
        ("a * b / c + d", {"a * b / (c + d)", "a * (b / c + d)"}),
    ],
)
def test_brackets_are_put_where_they_change_something(formula: str, brackets: set[str]) -> None:
    text = Text(formula)
    statement = text.module.body[0]
    assert isinstance(statement, ast.Expr)

    found = set()
    for each in missing(text, statement.value):
        (first, _, _), (last, _, _) = each.pieces
        found.add(f"{formula[:first]}({formula[first:last]}){formula[last:]}")

    assert found == brackets


def test_edits_of_a_style_compile(tmp_path: Path) -> None:
    """Nearly all: the others are no Python, and so do not fit."""
    path = Path(__file__).resolve().parent.parent / "reference" / "Beras" / "optimizers.py"
    text = Text(path.read_text(encoding="utf-8"))
    sources = []
    for function in text.functions():
        sources += [text.alone(function, edit.pieces) for edit in edits_of(text, function, "x.py", range(1, 200))]

    assert len(sources) > 500
    for source in sources[:: len(sources) // 100]:
        compile(source, "x.py", "exec")


def test_what_ends_a_while_stays_as_it_is() -> None:
    _, found = found_in("while x:\n    x = x[1:]\n    y = y / 2\nreturn y")

    assert [edit for edit in found.values() if edit.line in (3, 4)] == []
    assert [edit for edit in found.values() if edit.line == 5]


def test_only_lines_that_ran_are_edited() -> None:
    text = Text("def f(x):\n    if x:\n        return x / 2\n    return x / 3\n")

    found = edits_of(text, next(text.functions()), "f.py", {2, 4})

    assert {edit.line for edit in found} == {1, 2, 4} - {1}


def test_long_texts_show_where_they_differ() -> None:
    old, new = (f"np.sum(np.argmax(probs, axis={axis}) == np.argmax(labels, axis=-1))" for axis in (0, 1))

    shown = contrast(old, new)

    assert shown == ("...axis=0)...", "...axis=1)...")
    assert max(map(len, shown)) <= LONGEST_PART


def edit_of(kind: int, line: int, size: int = 1, sentence: str = "it is wrong: {right}") -> Edit:
    return Edit(kind, "layers.py", "f", line, "x = y", sentence, size=size)


def test_whole_term_is_told_where_it_can_go() -> None:
    term, part = edit_of(TAKEN, 1, 30), edit_of(TAKEN, 1, 5)
    large, small = edit_of(EXCHANGED, 1, 30), edit_of(EXCHANGED, 1, 5)

    assert simplest([part, term]) is term
    assert simplest([large, small]) is small


def repair_with(edits: list[Edit]) -> Repair:
    """A search to which all of these edits seem right."""
    found = Repair.__new__(Repair)
    found.wrong = [type("Verdict", (), {"probe": type("Probe", (), {"megabytes": 0})})()]
    found.fitting = lambda kinds: edits  # type: ignore[method-assign]
    found.is_right = lambda *_, **__: True  # type: ignore[method-assign]
    found.seed = found.others = 0
    return found


def test_two_lines_are_told_and_three_are_not() -> None:
    edits = [edit_of(TAKEN, line) for line in (3, 5, 7)]

    sentence, lines = repair_with(edits[:2]).told({TAKEN})

    told = "it is wrong: the wrong answer becomes right"
    assert sentence == f"in line 3, {told}; or in line 5, {told}"
    assert lines == (Line("layers.py", 3, "x = y"), Line("layers.py", 5, "x = y"))
    assert repair_with(edits).told({TAKEN}) == ("", ())


def test_line_alone_is_told_where_many_edits_of_it_fit() -> None:
    edits = [edit_of(ADDED, 3, sentence=f"{number}: {{right}}") for number in range(MOST_ALIKE + 1)]

    assert "the mistake shows in this line" in repair_with(edits).told({ADDED})[0]
    assert "the mistake shows in this line" not in repair_with(edits[1:]).told({ADDED})[0]


# --- in the worker ------------------------------------------------------------------------------------------------

MODULE = """
class Base:
    def scale(self, x):
        return x


class Layer(Base):
    rate = 1.0

    def scale(self, x):
        return 2 * super().scale(x)

    @property
    def one(self):
        return 1

    @staticmethod
    def times(x, factor=3):
        return factor * x


def outer(x):
    return [inner(x) for inner in (abs,)]
"""


def loaded(path: Path) -> ModuleType:
    path.write_text(MODULE, encoding="utf-8")
    module = ModuleType("layers")
    exec(compile(MODULE, str(path), "exec"), vars(module))
    return module


def test_function_takes_other_code_and_stays_the_same(tmp_path: Path) -> None:
    module = loaded(tmp_path / "layers.py")
    layer, held = module.Layer(), module.Layer.scale

    exchange(module, "Layer.scale", "class Layer:\n    def scale(self, x):\n        return 5 * super().scale(x)\n")
    exchange(module, "Layer.one", "class Layer:\n    def one(self):\n        return 7\n")
    exchange(module, "Layer.times", "class Layer:\n    def times(x, factor=3):\n        return factor + x\n")
    exchange(module, "outer", "def outer(x):\n    return x\n")

    assert (layer.scale(1), layer.one, layer.times(1), module.outer(2)) == (5, 7, 4, 2)
    assert module.Layer.scale is held


def test_function_takes_other_defaults_and_a_constant_another_number(tmp_path: Path) -> None:
    module = loaded(tmp_path / "layers.py")

    exchange(module, "Layer.times", "class Layer:\n    def times(x, factor=5):\n        return factor * x\n")
    assign(module, "Layer.rate", 7.0)

    assert (module.Layer.times(1), module.Layer.rate) == (5, 7)
    with pytest.raises(LookupError):
        assign(module, "Layer.nothing", 7.0)


@pytest.mark.parametrize("name", ["Layer.nothing", "nothing", "Layer"])
def test_what_is_no_function_takes_no_code(name: str, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        exchange(loaded(tmp_path / "layers.py"), name, "def nothing(): pass")


def test_trace_notes_the_lines_of_a_folder_alone(tmp_path: Path) -> None:
    module = loaded(tmp_path / "layers.py")
    before = sys.gettrace()

    trace = Trace(f"{tmp_path}/")
    try:
        module.Layer().scale(1)
        ast.parse("x")
    finally:
        lines = trace.end()
        sys.settrace(before)

    assert lines == [["layers.py", 11], ["layers.py", 4]]


OUTSIDE = """
import os
import numpy as np
from pathlib import Path
from beras.core import Tensor

def cleans(folder): os.remove(folder[0])
def calls_it(x): return cleans(x) or x
def writes(x): np.save("x.npy", x)
def reads(x): return Path(x).read_text()
def imports(x):
    import shutil
    return shutil.rmtree(x)
def runs(x): return eval(x)
def compiles(model): return model.compile(Tensor([1.0]))
def reduces(x): return np.sum(x, axis=0)
"""


def test_functions_that_reach_files_are_never_edited() -> None:
    found = reaching_outside(ast.parse(OUTSIDE), ["beras", "beras.core"])

    assert found == {"cleans", "calls_it", "writes", "reads", "imports", "runs"}


def test_of_a_long_line_the_part_is_shown_that_an_edit_is_about() -> None:
    line = f"def apply({', '.join(f'argument_{number}' for number in range(9))}, epsilon=1e-7): pass"
    text = Text(line)

    assert text.line(1, line.index("1e-7")).startswith("... ")
    assert "epsilon=1e-7" in text.line(1, line.index("1e-7"))
    assert text.line(1, line.index("apply")).startswith("def apply(argument_0")


def test_the_same_thing_twice_in_a_list_mends_nothing() -> None:
    _, found = found_in("x = self.b\nreturn [self.a, self.b]")

    named = [(edit.line, new) for edit in found.values() if edit.kind == NAMED for _, _, new in edit.pieces]
    assert [line for line, new in named if new in ("self.a", "self.b")] == [3]
