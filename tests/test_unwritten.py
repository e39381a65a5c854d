"""What is not written is not implemented, whatever stands in its place."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from beras_modules import REFERENCE, TEMPLATE
from overlays import grade

from grader.homework import FIRST
from grader.submission.syntax import body_range, definitions
from grader.submission.unwritten import unwritten_line

GENERIC = {
    "pass": "pass",
    "dots": "...",
    "docstring-alone": "",
    "return": "return",
    "return-none": "return None",
    "return-none-twice": "return None, None",
    "return-zero": "return 0",
    "return-zeros": "return 0.0, 0.0",
    "return-list": "return []",
    "return-dict": "return {}",
    "return-tuple": "return ()",
    "return-text": 'return "TODO"',
    "return-class": "return NotImplementedError",
    "return-constant": "return NotImplemented",
    "return-lambda": "return lambda x: 0",
    "raise": "raise NotImplementedError",
    "raise-exception": 'raise Exception("not implemented yet")',
    "raise-in-front": "raise NotImplementedError\nresult = []\nfor i in range(3):\n    result += [i]\nreturn result",
    "return-in-front": "return None\nresult = [each * 2 for each in range(3)]\nreturn result",
    "print": 'print("TODO")',
    "names": "first = None  # TODO\nsecond = None  # TODO\nreturn first, second",
    "name": "result = None\n# TODO: your code here\nreturn result",
    "blank-model": "return SimpleNamespace(model=None, epochs=10, batch_size=100)",
    "blank-array": "result = np.zeros((2, 2))\nreturn result",
}

# As a handout may have it: it keeps the arguments, checks them, makes what is to be filled, and returns it empty
GIVEN_LINES = {
    "OneHotEncoder.fit": "self.uniq = None\nself.uniq2oh = None",
    "OneHotEncoder.forward": 'if not hasattr(self, "uniq2oh"):\n    self.fit(data)\nreturn None',
    "OneHotEncoder.inverse": 'assert self.uniq is not None, "call fit first"\nreturn None',
    "Dense.forward": "self.inputs = x\nself.outputs = None\nreturn self.outputs",
    "Dense.input_gradients": "return None",
    "Dense.weight_gradients": "wgrads = None\nbgrads = None\nreturn wgrads, bgrads",
    "Dense._initialize_weight": (
        "initializer = initializer.lower()\n"
        'assert initializer in ("zero", "normal", "xavier", "kaiming"), f"Unknown initializer {initializer}"\n'
        "io_size = (n, m)\n"
        "return None, None"
    ),
    "LeakyReLU.forward": "self.inputs, self.outputs = x, None\nreturn self.outputs",
    "LeakyReLU.input_gradients": "return 0",
    "Softmax.forward": "self.inputs = [x]\nself.outputs = [x]\noutputs = None\nreturn outputs",
    "Softmax.input_gradients": (
        "x, y = self.inputs + self.outputs\n"
        "bn, n = x.shape\n"
        "grad = np.zeros(shape=(bn, n, n), dtype=x.dtype)\n"
        "return grad"
    ),
    "MeanSquaredError.forward": "self.y_pred = y_pred\nself.y_true = y_true\nreturn None",
    "MeanSquaredError.input_gradients": "return []",
    "CrossEntropyLoss.forward": "loss = 0.0\nreturn loss",
    "CrossEntropyLoss.input_gradients": "y_true = self.y_true\nreturn None",
    "CategoricalAccuracy.forward": "accuracy = 0\nreturn accuracy",
    "BasicOptimizer.apply_gradients": "for w, g in zip(weights, grads):\n    pass\nreturn",
    "RMSProp.apply_gradients": "v = self.state\nfor i in range(len(weights)):\n    # TODO\n    pass\nreturn weights",
    "Adam.apply_gradients": "self.t += 1\nfor w, g in zip(weights, grads):\n    ...",
    "GradientTape.gradient": "grads = []\nreturn grads",
    "Model.evaluate": "agg_metrics = defaultdict(lambda: [])\nreturn agg_metrics",
    "SequentialModel.call": "for layer in self.layers:\n    pass\nreturn None",
    "SequentialModel.batch_step": (
        "with GradientTape() as tape:\n    pass\nif training:\n    pass\nreturn {'loss': None, 'acc': None}"
    ),
    "get_data_MNIST": (
        "subset = subset.lower().strip()\n"
        'assert subset in ("train", "test"), f"unknown data subset {subset} requested"\n'
        'names = {"train": "train-images-idx3-ubyte.gz", "test": "t10k-images-idx3-ubyte.gz"}\n'
        'path = f"{data_path}/mnist/{names[subset]}"\n'
        "image = []\nlabel = []\nreturn image, label"
    ),
    "get_simple_model_components": "model = None\nreturn SimpleNamespace(model=model, epochs=None, batch_size=None)",
    "get_advanced_model_components": "return SimpleNamespace(model=None, epochs=10, batch_size=100)",
}


def with_bodies(folder: Path, body: Callable[[str], str | None], base: Path = TEMPLATE) -> Path:
    """The template, or the reference, in which every hole has this body; None leaves what is there."""
    target = folder / "submission"
    shutil.copytree(base, target, ignore=shutil.ignore_patterns("__pycache__"))
    for step in FIRST.settings["holes"].values():
        for module, names in step.items():
            path = target / module
            source = path.read_text(encoding="utf-8")
            functions, lines = dict(definitions(ast.parse(source))), source.splitlines(keepends=True)
            for name in sorted(names, key=lambda name: functions[name].lineno, reverse=True):
                written = body(name)
                if written is None:
                    continue
                start, end = body_range(functions[name], lines, name)
                indent = " " * functions[name].body[0].col_offset
                lines[start:end] = [f"{indent}{line}\n" for line in written.splitlines()]
            text = "from collections import defaultdict\nfrom types import SimpleNamespace\nimport numpy as np\n"
            path.write_text(text + "".join(lines), encoding="utf-8")
    return target


def check(submission: Path, *options: str) -> None:
    """Nothing is passed off as work, and nothing is said of it but that it is not written."""
    graded = grade(submission, *options)

    students = {name: part for name, part in graded.components.items() if part["max_points"] or not part["counts"]}
    assert {name: part["outcome"] for name, part in students.items()} == dict.fromkeys(students, "not implemented")
    assert graded.result["score"] == 0
    given = {name: part["outcome"] for name, part in graded.components.items() if name not in students}
    assert set(given.values()) <= {"passed", "blocked"}, given


FORMS = list(GENERIC)
NAMES = [name for step in FIRST.settings["holes"].values() for names in step.values() for name in names]
TURNS = 6  # templates, in which every form stands somewhere, and in each hole another one


@pytest.mark.parametrize("turn", range(TURNS))
def test_untouched_template_scores_nothing_in_any_form(turn: int, folder: Path) -> None:
    step = len(FORMS) // TURNS
    forms = {name: FORMS[(place + step * turn) % len(FORMS)] for place, name in enumerate(NAMES)}

    check(with_bodies(folder, lambda name: GENERIC[forms[name]]), "--no-training")


def test_given_lines_without_the_rest_score_nothing(folder: Path) -> None:
    check(with_bodies(folder, lambda name: GIVEN_LINES.get(name, "return None")), "--no-training")


@pytest.mark.parametrize("form", ["raise", "return-zero", "blank-model"])
def test_model_that_is_not_made_is_not_implemented(form: str, folder: Path) -> None:
    check(with_bodies(folder, lambda name: GENERIC[form]), "--only", *FIRST.trainings)


@pytest.mark.parametrize(
    ("hole", "components"),
    [
        ("OneHotEncoder.fit", ["OneHotEncoder"]),
        ("Dense._initialize_weight", ["Dense", "Dense.initializer", "GradientTape", "SequentialModel"]),
        ("Dense.weight_gradients", ["Dense", "GradientTape", "SequentialModel"]),
        ("LeakyReLU.input_gradients", ["LeakyReLU", "ReLU", "SequentialModel"]),
        ("Softmax.forward", ["Softmax"]),
        ("CrossEntropyLoss.input_gradients", ["CrossEntropyLoss"]),
        ("GradientTape.gradient", ["GradientTape", "SequentialModel"]),
        ("SequentialModel.batch_step", ["SequentialModel"]),
    ],
)
def test_one_hole_is_judged_alike_whatever_stands_in_it(hole: str, components: list[str], tmp_path: Path) -> None:
    """The template's own form is the measure for given lines without the rest."""
    found = []
    for number, form in enumerate((GENERIC["raise"], GIVEN_LINES[hole], GENERIC["return-none"])):
        bodies = {hole: form}
        submission = with_bodies(tmp_path / str(number), bodies.get, REFERENCE)
        graded = grade(submission, "--no-training", "--only", *components)
        rows = [graded.components[name] for name in components]
        found.append([(row["name"], row["outcome"], row["points"], row["max_points"]) for row in rows])

    assert found[0] == found[1] == found[2]
    assert "not implemented" in {outcome for part in found[0] for outcome in part} | graded.outcomes()


@pytest.mark.parametrize(
    ("old", "new"), [("    def forward(", "    def forwards("), ("    def apply_gradients(", "    def apply(")]
)
def test_method_that_is_not_there_is_not_implemented(old: str, new: str, folder: Path) -> None:
    submission = with_bodies(folder, lambda name: None, REFERENCE)
    path = submission / ("Beras/metrics.py" if "forward" in old else "Beras/optimizers.py")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    parts = ["CategoricalAccuracy"] if "forward" in old else ["BasicOptimizer", "RMSProp", "Adam"]
    graded = grade(submission, "--no-training", "--only", *parts)

    assert {graded.components[part]["outcome"] for part in parts} == {"not implemented"}


@pytest.mark.parametrize(
    "body",
    [
        "for i, w in enumerate(x):\n    self.v[i] = self.beta * self.v[i]\n    # w -= ...",
        "self.t += 1\nfor i in range(3):\n    g = x[i]\n    self.m[i] = self.m[i] + g\n    self.v[i] *= g\nreturn",
    ],
)
def test_step_that_has_not_come_to_the_weights_is_not_written(body: str) -> None:
    assert line_of_unwritten(body, "apply_gradients") is not None
    assert line_of_unwritten(body, "fit") is None


SETTER = "@trainable.setter\ndef trainable(self, trainable):\n"


@pytest.mark.parametrize(
    ("body", "is_written"),
    [
        ("    pass", False),
        ("    for weight in self.weights:\n        weight.trainable = ...", False),
        ("    for weight in self.weights:\n        weight.trainable = trainable", True),
        ("    for weight in self.weights:\n        weight.trainable = True", True),  # wrong, and yet no stub
        ("    if not trainable:\n        for weight in self.weights:\n            weight.trainable = False", True),
    ],
)
def test_setter_that_sets_a_flag_is_written(body: str, is_written: bool) -> None:
    setter = ast.parse(SETTER + body).body[0]

    assert (unwritten_line(setter, "trainable") is None) is is_written


def line_of_unwritten(body: str, name: str = "forward") -> int | None:
    text = f"def {name}(self, x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return unwritten_line(ast.parse(text).body[0], name)


@pytest.mark.parametrize(
    "body",
    [
        "with tape:\n    y = self.call(x)\npass",
        "y = self.call(x)\nreturn NotImplementedError",
        "y = self.call(x)\nraise NotImplementedError",
        "batches = len(x) // 4 + 1\nreturn None, None",
        "while queue:\n    each = queue.pop(0)\n    break",
        "grads = {}\nwhile queue:\n    maker = self.makers[id(queue.pop())]\nreturn [grads[id(each)] for each in x]",
        "if x > 0:\n    return 0\nreturn 1",  # numbers decide nothing
        "return x",
        "self.inputs = x\nreturn x",
        "model = SequentialModel([])\nmodel.compile(optimizer=..., loss_fn=..., acc_fn=...)\n"
        "return SimpleNamespace(model=model, epochs=10, batch_size=100)",
        "queue = [x]\ngrads = {}\nwhile queue:\n    each = self.makers[id(queue.pop())]\n    if each is not None:\n"
        "        queue.extend(each.inputs)\nreturn [grads[id(each)][0] for each in self.weights]",
        "queue = [x]\ngrads = {}\ngrads[id(x)] = None\nreturn [grads[id(each)][0] for each in self.weights]",
    ],
)
def test_function_that_gives_no_answer_and_ends_in_a_placeholder_is_not_written(body: str) -> None:
    assert line_of_unwritten(body) is not None


def test_work_in_place_that_is_begun_and_does_nothing_yet_is_not_written() -> None:
    begun = (
        "if x is None:\n    x = self.get_gradients()\nfor each in self.weights:\n    ...\nreturn NotImplementedError"
    )

    assert line_of_unwritten(begun, "backward") == 6


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("y = self.call(x)\nself.y = y * 2", "forward"),  # who forgot the `return` ends with the result
        ("if x == 'zero':\n    return x * 2\nraise NotImplementedError", "forward"),
        ("for w in x:\n    w -= 1\npass", "apply_gradients"),
        ("self.t += 1\nself.move(x)", "apply_gradients"),  # a helper of one's own does it
        ("for i, w in enumerate(x):\n    self.v[i] = self.v[i] * 2\n    w -= self.v[i]", "apply_gradients"),
        ("for i, w in enumerate(x):\n    self.v[i] = self.v[i] * 2\n    w = w - self.v[i]", "apply_gradients"),  # wrong
        ("for i, w in enumerate(x):\n    new = w - self.v[i]", "apply_gradients"),
        ("for i in range(3):\n    self.v[i] = self.v[i] * 2\n    x[i] = x[i] - self.v[i]", "apply_gradients"),
        ("for i in range(3):\n    x[i].assign(x[i] - self.v[i])", "apply_gradients"),
        ("for i in range(3):\n    x[i].data[:] = x[i] - self.v[i]", "apply_gradients"),
        ("self.x = x\nfor i in range(3):\n    self.x[i] -= self.v[i]", "apply_gradients"),
        ("self.v = self.v * 2\nreturn [w - v for w, v in zip(x, self.v)]", "apply_gradients"),
        ("self.t += 1\nsuper().apply_gradients(x)", "apply_gradients"),
        ("kept = []\nfor each in x:\n    if each not in kept:\n        kept.append(each)\nself.kept = kept", "fit"),
        ("found = []\nfor each in x:\n    found.append(self.table[each])\nreturn found", "inverse"),
        ("for layer in self.layers:\n    x = layer(x)\nreturn x", "call"),
        ("x = np.abs(x)\nreturn x", "forward"),
        ("model = Net([Dense(3, 2)])\nmodel.compile(optimizer=..., loss_fn=...)\nreturn model", "get_model"),
        ("for i in range(3):\n    x[i] = 0\nreturn x", "forward"),
        ("for w in x:\n    w -= 1\nreturn NotImplementedError", "apply_gradients"),
        ("for w in x:\n    w.assign(w - 1)\nreturn NotImplementedError", "step"),
        ("for w in x:\n    w = w - 1\nreturn x", "apply_gradients"),  # wrong, and yet no stub
        ("for w in self.weights:\n    if not w.trainable:\n        return False\nreturn True", "trainable"),
    ],
)
def test_function_that_answers_or_works_in_place_is_written(body: str, name: str) -> None:
    assert line_of_unwritten(body, name) is None
