"""The lines of a message are pasted into Python as they stand, and show what the message says came back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from overlays import build, expectation, grade

from grader.ask.notes import Assignment, Call, Given, Import, Lookup
from grader.ask.probe import NotAsked, all_probes
from grader.ask.reference import LocalWorker, read_sources
from grader.ask.stand_ins import TAG, stand_in
from grader.ask.subject import Raised, subject_of
from grader.explain.script import MOST_STATEMENTS, script_text
from grader.homework import edition
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.homeworks.beras.stand_ins import CLASSES
from grader.homeworks.beras.worker import doubles

SEED = 1470
MARK = "paste this into Python, in the folder of the code:\n"
NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)")
CAME_BACK = re.compile(r"came back .*first at \[[^]]*\]: (\S+)")
PASTE = """
import code, contextlib, io, json, os, sys, traceback
import numpy  # once: each script runs in a fork of this process
class NoGrader:  # as on a student's machine
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "grader":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, NoGrader())
found = []
line_by_line = "--line-by-line" in sys.argv
for script in json.load(sys.stdin):
    reading, writing = os.pipe()
    if os.fork() == 0:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                if line_by_line:
                    console = code.InteractiveConsole({"__name__": "__main__"})
                    console.write = err.write
                    for line in script.splitlines() + [""]:
                        console.push(line)
                else:
                    exec(compile(script, "<stdin>", "exec"), {"__name__": "__main__"})
            except BaseException:
                traceback.print_exc(file=err)
        with os.fdopen(writing, "w") as pipe:
            json.dump((out.getvalue(), err.getvalue()), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found.append(json.load(pipe))
    os.wait()
json.dump(found, sys.stdout)
"""
CHAFFS = (  # one for each way in which a probe asks
    "onehot-transposed", "dense-no-bias", "dense-weight-gradient-summed", "leaky-alpha-on-positive-side",
    "softmax-over-batch", "softmax-jacobian-diagonal", "mse-gradient-sign", "ce-no-softmax", "sgd-sign",
    "rmsprop-epsilon-inside-root", "adam-step-off-by-one", "tape-order-reversed", "tape-left-open",
    "evaluate-last-batch-only", "sequential-last-layer-dropped", "compose-input-transposed", "raises-in-mse",
    "layout-package-softmax-over-batch", "layout-names-sgd-sign", "layout-one-file-adam-step-off-by-one",
    "layout-flat-tape-order-reversed",
)  # fmt: skip


@pytest.mark.parametrize("name", CHAFFS)
def test_lines_of_every_message_show_what_came_back(name: str, folder: Path) -> None:
    submission = build("chaffs", name, folder)
    lost = expectation("chaffs", name)["loses"]
    messages = [
        probe["message"]
        for part in grade(submission, "--no-training", "--only", *lost).components.values()
        for probe in part["probes"]
        if MARK in probe["message"]
    ]
    assert messages

    parts = [message.partition(MARK) for message in messages]
    for (evidence, _, script), (stdout, raised) in zip(parts, pasted([part[2] for part in parts], submission)):
        if raised:  # then it is the exception that the message tells, but for Python's guess at a name
            assert raised.strip().rpartition("\n")[2].partition(". Did you mean")[0] in evidence
        value = CAME_BACK.search(evidence)
        if value and not raised and "# and" not in script:
            shown = [float(number) for number in NUMBER.findall(stdout)]
            assert any(same(float(value[1]), number) for number in shown), f"{value[0]} is not in {stdout}"


# What a student has installed, and this environment has not
TENSORFLOW = """
import numpy as np
class mnist:
    def load_data():
        return [(np.ones((size, 28, 28), np.uint8), np.ones(size, np.uint8)) for size in (70, 30)]
"""


@pytest.mark.parametrize(
    ("year", "how"),
    [(2022, ()), (2022, ("--line-by-line",)), (2023, ()), (2024, ()), (2025, ()), (2025, ("--line-by-line",))],
)
def test_lines_of_every_check_run_without_the_grader(year: int, how: tuple[str, ...], folder: Path) -> None:
    of_year = edition(year)
    code = shutil.copytree(of_year.reference, folder / "code")
    for library in of_year.loaders:
        (code / library / "keras").mkdir(parents=True)
        (code / library / "keras" / "datasets.py").write_text(TENSORFLOW, encoding="utf-8")
    (folder / "data").symlink_to(probe_folder())
    sources, scripts, raising = read_sources(of_year.reference), {}, set()
    digits = of_year.loading(probe_folder() / "mnist")
    for probe in all_probes(of_year):
        subject = subject_of(of_year)(LocalWorker(sources, code, digits), str(probe_folder()))
        with suppress(NotAsked):
            answer = probe.ask(subject, SEED)
            scripts[probe.name] = script_text(subject.notes)
            raising |= {probe.name} if any(isinstance(each, Raised) for each in answer.values()) else set()

    found = dict(zip(scripts, pasted(list(scripts.values()), code, *how)))

    refusing = ("Diffable/abstract", "Dense.initializer/unknown-name")
    quiet = [name for name in scripts if name not in raising and name not in refusing]
    assert {name: found[name][1] for name in quiet if found[name][1]} == {}
    assert not [name for name, (_, raised) in found.items() if "SyntaxError" in raised or "NameError" in raised]
    assert [name for name in scripts if not found[name][0].strip() and name in quiet] == []


@pytest.mark.parametrize("kind", sorted(doubles.MAKERS))
def test_stand_in_of_a_script_does_what_the_double_does(kind: str) -> None:
    rng = np.random.default_rng(7)
    x, J, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), rng.normal(size=2)
    one_each = [rng.normal(size=(4, 2)), rng.normal(size=(4, 2))]

    class Base:
        weights: object = ()

        def __init__(self, layers: object = ()) -> None:
            self.layers = layers

        def compile(self, *parts: object) -> None:
            self.parts = parts

        def __call__(self, *args: object) -> object:
            return self.forward(*args)

    layer = {"jacobian": rng.normal(size=(3, 2)), "shift": b, "weights": [b, b], "weight_gradients": one_each}
    scripts = {
        "layer": [layer, {**layer, "trainable": False, "weights": [], "weight_gradients": []}],
        "raw-layer": [{"input_gradients": x, "weights": [b], "weight_gradients": [J]}, {}],
        "loss": [{"coefficients": J}],
        "row-mean-loss": [{}],
        "accuracy": [{"replies": [0.5, 0.25]}, {}],
        "optimizer": [{"bump": 0.5}, {"factor": -1.0}, {}],
        "raiser": [{}],
    }.get(kind, [])
    if kind == "model":
        scripts = [{"layers": [doubles.make("layer", Base, layer)]}]

    for script in scripts:
        names: dict[str, object] = {"np": np, "Base": Base}

        def named(value: object, names: dict[str, object] = names) -> str:
            names[f"value_{id(value)}"] = value
            return f"value_{id(value)}"

        text, call = stand_in(CLASSES, kind, {"base": "Base"}, script, named)
        exec("\n".join(TAG.sub("", line) for line in text.splitlines()), names)
        both = doubles.make(kind, Base, script), eval(call, names)

        assert equal(*(behaviour(kind, each, x, J) for each in both))


def behaviour(kind: str, double: Any, x: np.ndarray, J: np.ndarray) -> list[Any]:
    """What one shows that is asked everything its kind is asked."""
    if kind == "raiser":
        with pytest.raises(ArithmeticError):
            double()
        return []
    if kind == "optimizer":
        w = np.arange(3.0)
        double.apply_gradients((each for each in [w]), [w * 2])
        return [w, double.grads, double.weights, double.learning_rate, double.bump, double.factor]
    if kind == "model":
        optimizer = doubles.make("optimizer", None, {})  # the layers are those of both
        metrics = [doubles.make("accuracy", type(double).__mro__[1], {"replies": [0.5]}) for _ in range(2)]
        double.compile(optimizer, *metrics)
        steps = [double.batch_step(x, J, training=False), double.batch_step(x, J)]
        return [steps, double.call(x), double.double_steps, double.double_kept, optimizer.grads, optimizer.weights]
    if kind == "accuracy":
        return [[double(abs(x), abs(x)) for _ in range(3)], double.seen]
    if kind.endswith("loss"):
        first = [double(J, J), double.input_gradients(), list(double.weight_gradients())]
        more = kind == "loss"
        return first + ([double.seen, double.compose_to_input(1.0), double.compose_to_weight(1.0)] if more else [])
    found = [double(x), list(double.weights), double.input_gradients(), double.weight_gradients()]
    if kind == "layer":
        found += [double.trainable, double.compose_to_input(J), double.compose_to_weight(J)]
        found += [double.input_gradients(J), double.weight_gradients(J)]
    return found


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(np.allclose(one, other)) if isinstance(one, np.ndarray) else bool(one == other)


def pasted(scripts: list[str], folder: Path, *how: str) -> list[tuple[str, str]]:
    """What each script prints, and the exception that it ends with; each runs in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PASTE, *how],
        input=json.dumps(scripts),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return [(stdout, raised) for stdout, raised in json.loads(done.stdout)]


def same(one: float, other: float) -> bool:
    """To the digits that NumPy prints."""
    return abs(one - other) <= 2e-4 * abs(one) + 5e-9 or (one != one and other != other)


SGD = Call("BasicOptimizer", args=[Given("0.5")], name="sgd")


def ones(name: str) -> Assignment:
    return Assignment(name, Given("np.ones(2)", np.ones(2)))


def test_tape_is_a_with_block_around_what_it_records() -> None:
    entered, left = Call("tape", "__enter__", name="tape_2"), Call("tape", "__exit__", [Given("None")] * 3)
    notes = [entered, Call("dense", args=[Given("x")], name="out"), left, Call("out", "sum")]

    assert script_text(notes) == "with tape:\n    out = dense(x)\n\nprint(out.sum())"


def test_result_that_nothing_uses_is_printed_and_one_that_is_used_is_not() -> None:
    notes = [
        Import("Beras.layers", "Dense"),
        Call("Dense", args=[Given("2"), Given("1")], name="dense"),
        Call("dense", args=[Given("np.zeros((1, 2))")], name="dense_2"),
        Lookup("dense.b"),
    ]

    assert script_text(notes).splitlines() == [
        "import numpy as np",
        "from Beras.layers import Dense",
        "dense = Dense(2, 1)",
        "print(dense(np.zeros((1, 2))))",
        "print(dense.b)",
    ]


def test_weights_are_printed_after_each_update() -> None:
    notes = [SGD, ones("w"), Call("sgd", "apply_gradients", [Given("[w]"), Given("[w]")], name="step"), ones("v")]

    assert script_text(notes).splitlines()[3:5] == ["sgd.apply_gradients([w], [w])", "print(w)"]


def test_attribute_on_the_way_to_a_call_is_left_out() -> None:
    append = Call("model.layers", "append", [Given("1")], name="call")

    assert script_text([Lookup("model.layers"), append]) == "print(model.layers.append(1))"


def test_long_script_is_cut_behind_a_whole_statement() -> None:
    text = script_text([Call("f", args=[Given(f"{n}")], name=f"f_{n}") for n in range(MOST_STATEMENTS + 5)])

    assert text.endswith("# and 5 more statements like these")
    compile(text, "script", "exec")


def test_long_array_has_a_line_for_each_row() -> None:
    text = script_text([Assignment("x", Given(f"np.array({[[0.125] * 8] * 4})", np.full((4, 8), 0.125)))])

    assert text.count("\n") == 4
    compile(text, "script", "exec")


def test_no_notes_no_script() -> None:
    assert script_text([]) == ""


def test_weights_that_no_step_was_reached_with_are_not_printed() -> None:
    notes = [SGD, ones("w"), ones("w_2"), Call("sgd", "apply_gradients", [Given("[w]"), Given("[np.ones(2)]")])]

    assert script_text(notes).splitlines()[-1] == "print(w)"
