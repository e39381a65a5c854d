"""The later years of the homework, without the grader: their references are right, and their submissions are what they
say.

Gradients by central differences, optimizers and initializers by their formulas (`editions.py`).
"""

from __future__ import annotations

import ast
import gzip
import re
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

import editions
import numpy as np
import pytest
from beras_modules import REFERENCE, beras_modules
from editions import EDITIONS, YEARS, build, edition, expectation, failing, handed_in, network_agrees, overlays
from numpy.testing import assert_allclose, assert_array_equal
from overlays import in_turn

from grader.base import tomlfile
from grader.packing.template import GAP, make_edition

MNIST = Path(__file__).resolve().parent.parent / "data" / "mnist"
USED = 12_000, 2_000  # images of each split: enough to see a model learn, in a fiftieth of the time
TURNS = 12  # weeks until every submission has been asked about: test_overlays_of_years.py grades them
LEARNT = 0.80  # of the test digits, after so few; all of them take each model beyond 95 %


def mnist() -> editions.Mnist:
    """The real one, as tensorflow gives it."""

    def content(name: str, header: int) -> np.ndarray:
        with gzip.open(MNIST / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header).copy()

    splits = [
        (content(f"{split}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28), content(f"{split}-labels-idx1-ubyte.gz", 8))
        for split in ("train", "t10k")
    ]
    return tuple((images[:count], labels[:count]) for (images, labels), count in zip(splits, USED))


# --- the references ---


@pytest.mark.parametrize("year", YEARS)
def test_every_component_of_a_reference_gives_what_it_owes(year: str):
    with handed_in(editions.reference(year), year) as h:
        assert failing(h) == set()
        network_agrees(h)


@pytest.mark.parametrize("year", YEARS)
def test_a_reference_imports_numpy_and_nothing_else(year: str):
    folder = editions.reference(year)
    for path in (folder / edition(year)["package"]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""] if not node.level else []
            else:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] == "numpy" or name.split(".")[0] in sys.stdlib_module_names, (path, name)


@pytest.mark.parametrize("year", YEARS)
def test_a_reference_gives_the_numbers_of_the_first_edition(year: str):
    """Where the mathematics is the same; what is summed over the batch here was a mean there."""
    rng = np.random.default_rng(22)
    x, J = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    w, b = rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)
    y_true = np.eye(4)[[0, 1, 3, 3, 2]]
    then: dict[str, Any] = {}
    with beras_modules(REFERENCE) as load:
        dense = load("Beras.layers").Dense(3, 4)
        dense.w[...], dense.b[...] = w, b
        then["Dense"] = dense(x)
        then["to_input"], then["to_weight"] = dense.compose_to_input(J), dense.compose_to_weight(J)
        for name in ("LeakyReLU", "ReLU", "Softmax"):
            layer = getattr(load("Beras.activations"), name)()
            then[name] = layer(J), layer.compose_to_input(J + 1)
        loss = load("Beras.losses").MeanSquaredError()
        then["loss"], then["loss gradient"] = loss(J, y_true), loss.input_gradients()
        then["accuracy"] = load("Beras.metrics").CategoricalAccuracy()(J, y_true)
        for name in ("BasicOptimizer", "RMSProp", "Adam"):
            optimizer, weights = getattr(load("Beras.optimizers"), name)(0.1), [x.copy(), J.copy()]
            for _ in range(3):
                optimizer.apply_gradients(weights, [x**2, J**3])
            then[name] = weights
        encoder = load("Beras.onehot").OneHotEncoder()
        then["OneHotEncoder"] = encoder([7, 3, 3, 90]), encoder.inverse(encoder([7, 90]))

    with handed_in(editions.reference(year), year) as h:
        tensor = h.get("Tensor")
        dense = h.new("Dense", 3, 4, "zero")
        dense.w[...], dense.b[...] = w, b
        assert_allclose(dense(tensor(x)), then["Dense"], rtol=1e-6)
        assert_allclose(h.ask(dense, "compose_to_input", [J])[0], then["to_input"], rtol=1e-5)
        for summed, mean in zip(h.ask(dense, "compose_to_weight", [J]), then["to_weight"]):
            assert_allclose(np.reshape(summed, mean.shape), 5 * mean, rtol=1e-5)
        for name in ("LeakyReLU", "ReLU", "Softmax"):
            layer = h.new(name)
            assert_allclose(layer(tensor(J)), then[name][0], rtol=1e-12)
            assert_allclose(h.ask(layer, "compose_to_input", [J + 1])[0], then[name][1], rtol=1e-12)
        loss = h.new("MeanSquaredError")
        assert_allclose(loss(tensor(J), tensor(y_true)), then["loss"])
        assert_allclose(5 * np.asarray(h.ask(loss, "input_gradients")[0]), then["loss gradient"])
        assert_allclose(h.new("CategoricalAccuracy")(J, y_true), then["accuracy"])
        for name in ("BasicOptimizer", "RMSProp", "Adam"):
            weights = [h.variable(x), h.variable(J)]
            optimizer = h.optimizer(name, weights, 0.1)
            for _ in range(3):
                h.apply(optimizer, weights, [x**2, J**3])
            for found, right in zip(weights, then[name]):
                assert_allclose(found, right, rtol=1e-12)
        encoder = h.new("OneHotEncoder")
        assert_array_equal(encoder([7, 3, 3, 90]), then["OneHotEncoder"][0])
        assert_array_equal(encoder.inverse(encoder([7, 90])), then["OneHotEncoder"][1])


@pytest.mark.parametrize("year", YEARS)
def test_a_layer_composes_as_one_example_after_the_other_would(year: str):
    """The given compose methods are matrix products here; a loop over the examples says what they mean."""
    rng = np.random.default_rng(23)
    J = [rng.normal(size=(5, 4)), rng.normal(size=(5, 4))]
    x, w, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(1, 4))
    to_input = {"shared": w, "each": rng.normal(size=(5, 3, 4)), "whole": np.ones((3, 4), dtype=int)}
    to_weights = {
        "each": [rng.normal(size=(5, 3, 4)), np.ones((1, 4))],
        "one column": [x[:, :, None], np.ones(4)],
        "whole": [np.ones((5, 3, 1), dtype=int), np.ones((), dtype=int)],
    }
    with handed_in(editions.reference(year), year) as h:
        for local in to_input.values():
            for locals_w in to_weights.values():
                weights = [h.variable(w), h.variable(b)]
                layer = h.double(
                    weights, lambda x: x @ w + b, lambda x, local=local: local, lambda x, given=locals_w: given
                )
                layer(h.new("Tensor", x))
                found = list(h.ask(layer, "compose_to_input", J))
                for up, gradient in zip(J, found):
                    one = np.zeros(x.shape, local.dtype)
                    for i in range(5):
                        one[i] = (local[i] if local.ndim == 3 else local) @ up[i]
                    assert_allclose(gradient, one, rtol=1e-12)
                found = list(h.ask(layer, "compose_to_weight", J))
                assert len(found) == 4
                for k, (up, weight, given) in enumerate((up, *pair) for up in J for pair in zip(weights, locals_w)):
                    each = np.zeros((5, *weight.shape), given.dtype)
                    for i in range(5):
                        each[i] = (given[i] if given.ndim == 3 else given) * up[i]
                    assert_allclose(found[k], each.sum(axis=0), rtol=1e-12)
        rows = h.double([h.variable(b[0])], lambda x: x, None, lambda x: [np.ones((5, 4))])
        rows(h.new("Tensor", x))
        with pytest.raises(ValueError, match="broadcast"):
            h.ask(rows, "compose_to_weight", J)


@pytest.mark.parametrize("year", YEARS)
def test_a_reference_learns_to_read(year: str):
    np.random.seed(16)
    with handed_in(editions.reference(year), year, mnist) as h:
        for accuracy in trained(h):
            assert accuracy > LEARNT


def trained(h: editions.HandIn) -> list[float]:
    """The test accuracy of each of the year's models."""
    data = h.get("load_and_preprocess_data")()
    encoder = h.new("OneHotEncoder")
    encoder.fit(data[1])
    y, y_test = encoder(data[1]), encoder(data[3])
    found = []
    for model, epochs, batch_size in models(h):
        model.fit(data[0], y, epochs=epochs, batch_size=batch_size)
        result = model.evaluate(data[2], y_test, batch_size=500)
        stats = result[0] if isinstance(result, tuple) else result
        found.append(float(np.mean(stats["acc"])))
    return found


def models(h: editions.HandIn) -> list[tuple[Any, int, int]]:
    import assignment

    if hasattr(assignment, "get_model"):
        model = assignment.get_model()
        model.compile(h.optimizer_of(assignment, model), assignment.get_loss_fn(), assignment.get_acc_fn())
        return [(model, 3, 400)]
    parts = [assignment.get_simple_model_components(), assignment.get_advanced_model_components()]
    return [(part.model, part.epochs, part.batch_size) for part in parts]


# --- their files ---


@pytest.mark.parametrize("year", YEARS)
def test_a_rubric_gives_100_points_to_what_the_edition_judges(year: str):
    parts = edition(year)["components"]
    tracks = tomlfile.read(EDITIONS / f"y{year}" / "rubric.toml")["points"]
    for points in tracks.values():
        assert sum(points.values()) == 100
        assert set(points) <= {*parts["judged"], *parts["given"]}
        assert all(points.get(name, 0) == 0 for name in parts["given"])
    assert set().union(*tracks.values()) == {*parts["judged"], *parts["given"]}
    assert {*parts["judged"], *parts["given"]} <= set(edition(year)["modules"])


@pytest.mark.parametrize("year", YEARS)
def test_a_template_holds_the_years_own_stubs_and_no_solution(year: str):
    made = make_edition(EDITIONS / f"y{year}")
    gaps = {path for path, text in made.items() if GAP in text}
    holes = {file: names for files in edition(year)["holes"].values() for file, names in files.items()}
    for path, text in made.items():
        if path not in gaps:
            compile(text, path, "exec")
        solution = (editions.reference(year) / path).read_text(encoding="utf-8")
        assert (text == solution) == (path not in holes)


@pytest.mark.parametrize("year", YEARS)
def test_the_lines_to_paste_of_a_handout_print_what_it_says(year: str, capsys: pytest.CaptureFixture[str]):
    text = (EDITIONS / f"y{year}" / "handout.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    expected = re.findall(r"^print.*  # (.*)$", code, re.MULTILINE)
    with handed_in(editions.reference(year), year):
        exec(code, {})
    assert capsys.readouterr().out.splitlines() == expected
    assert len(expected) == 3


# --- the submissions ---


@pytest.mark.parametrize(("year", "name"), in_turn(overlays("wheats"), TURNS, itemgetter(1)))
def test_wheat_is_right(year: str, name: str, folder: Path):
    with handed_in(build(year, "wheats", name, folder), year) as h:
        assert failing(h) == set()
        network_agrees(h)


CHAFFS = overlays("chaffs")
HALF_DONE = [(year, name) for year, name in CHAFFS if "implemented" in expectation(year, "chaffs", name)]


@pytest.mark.parametrize(
    ("year", "name"), in_turn([chaff for chaff in CHAFFS if chaff not in HALF_DONE], TURNS, itemgetter(1))
)
def test_chaff_is_wrong_where_it_says_and_nowhere_else(year: str, name: str, folder: Path):
    expected = expectation(year, "chaffs", name)
    components, loses = edition(year)["components"], set(expected["loses"])
    judged = set(components["judged"])
    assert loses <= judged | set(components["given"])
    with handed_in(build(year, "chaffs", name, folder), year) as h:
        found = failing(h)
    if loses - judged:  # what else a slip in given code breaks the grader excuses, and nobody does here
        assert found >= set(expected.get("shows", loses)) & judged
    elif expected.get("reaches"):  # everything is made of it
        assert found > loses
    else:
        assert found == set(expected.get("shows", expected["loses"]))


@pytest.mark.parametrize(("year", "name"), HALF_DONE)
def test_half_done_work_is_right_as_far_as_it_goes(year: str, name: str, folder: Path):
    """Where a file does not compile yet, the reference lends its own."""
    implemented = expectation(year, "chaffs", name)["implemented"]
    assert set(implemented) <= set(edition(year)["components"]["judged"])
    submission = build(year, "chaffs", name, folder)
    for path in submission.rglob("*.py"):
        if GAP in path.read_text(encoding="utf-8"):
            own = editions.reference(year) / path.relative_to(submission)
            path.write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    with handed_in(submission, year) as h:
        assert failing(h).isdisjoint(implemented)


# --- years that share ---

SAME_BUT_FOR_NAMES = ["metrics.py", "onehot.py"]


@pytest.mark.parametrize("file", SAME_BUT_FOR_NAMES)
def test_what_the_years_share_is_the_same_but_for_names(file: str):
    texts = set()
    for year in YEARS:
        text = (editions.reference(year) / edition(year)["package"] / file).read_text(encoding="utf-8")
        texts.add(re.sub(r"\bcall\b", "forward", text).replace("Beras", "beras"))
    assert len(texts) == 1
