"""The later years of the homework without the grader: a hand-in's parts under the year's names, and what they owe.

`CHECKS` asks each component by itself, with doubles made from the hand-in's own base classes, and knows the right
answers from formulas or central differences. It is no grader: it only says whether a reference, a wheat or a chaff is
what its folder says it is.
"""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from overlays import rewrite

from grader.base import tomlfile
from grader.packing.template import make_edition

ROOT = Path(__file__).resolve().parent.parent
EDITIONS = ROOT / "grader" / "homeworks" / "beras" / "editions"
SUBMISSIONS = Path(__file__).with_name("submissions")
YEARS = sorted(path.parent.name.removeprefix("y") for path in EDITIONS.glob("y*/reference"))

Mnist = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class HandIn:
    """A hand-in's parts, by the words of the contract."""

    def __init__(self, year: str) -> None:
        self.year = year
        self.edition = edition(year)
        self.names = self.edition["names"]
        self.called = self.edition["components"].get("called", {})

    def name(self, word: str) -> str:
        return self.names.get(word, word)

    def get(self, word: str) -> Any:
        """A class or function; of most classes, years differ in a capital letter only."""
        word = {each.lower(): each for each in self.edition["modules"]}[self.called.get(word, word).lower()]
        return getattr(importlib.import_module(self.edition["modules"][word]), self.name(word).split(".")[-1])

    def new(self, word: str, *args: Any, **kwargs: Any) -> Any:
        return self.get(word)(*args, **kwargs)

    def ask(self, thing: Any, word: str, *args: Any, **kwargs: Any) -> Any:
        """A method, by its word in the contract."""
        return getattr(thing, self.name(word))(*args, **kwargs)

    def ask_property(self, thing: Any, word: str) -> Any:
        return getattr(thing, self.name(word))

    def variable(self, value: Any) -> Any:
        return self.new("Variable", np.array(value, dtype=float))

    def weights(self, thing: Any) -> list[Any]:
        return list(self.ask_property(thing, "weights"))

    def is_weight(self, weight: Any) -> bool:
        """Whether a layer may keep it: an array without a flag is not asked for one here."""
        return True

    def trainable(self, weight: Any) -> bool:
        return bool(weight.trainable)

    def freeze(self, weight: Any) -> None:
        weight.trainable = False

    def kept(self, layer: Any, x: Any) -> Any:
        """What it makes of an array; the way back to that array is kept."""
        out = layer(x)
        assert isinstance(layer.inputs, list)
        assert layer.inputs[0] is x
        return out

    def gradients(self, loss: Callable[[], Any], sources: list[Any]) -> list[Any]:
        """Those of what loss() computes, for some weights."""
        with self.new("GradientTape") as tape:
            target = loss()
        return tape.gradient(target, sources)

    def optimizer(self, word: str, params: list[Any], *args: Any, **kwargs: Any) -> Any:
        """One for these weights."""
        return self.new(word, *args, **kwargs)

    def optimizer_of(self, assignment: Any, model: Any) -> Any:
        """The one that the script trains with."""
        return assignment.get_optimizer()

    def apply(self, optimizer: Any, params: list[Any], grads: list[np.ndarray]) -> None:
        """A step of it, with these gradients."""
        optimizer.apply_gradients(params, grads)

    def goes_on(self, word: str) -> None:
        """Nothing: each parameter comes with its gradient."""

    def recorder(self, params: list[Any], calls: list[Any]) -> Any:
        """An optimizer that notes what it is given, and steps down."""

        def step(params: Any, grads: Any) -> None:
            assert len(params) == len(grads)
            calls.append([(param, np.array(grad)) for param, grad in zip(params, grads)])
            for param, grad in zip(params, grads):
                param -= 0.1 * np.asarray(grad)

        return types.SimpleNamespace(apply_gradients=step)

    def after(self) -> None:
        """What holds between two steps."""
        assert self.get("Diffable").gradient_tape is None

    def double(self, weights: list[Any], forward: Callable, inputs: Callable, at: Callable) -> Any:
        """A layer made from the hand-in's own Diffable: what its methods return is given."""
        base = self.get("Diffable")
        body = {
            self.name("weights"): property(lambda layer: weights),
            self.name("forward"): lambda layer, x: forward(x),
            self.name("input_gradients"): lambda layer: [inputs(layer.inputs[0])],
            self.name("weight_gradients"): lambda layer: at(layer.inputs[0]),
        }
        return type("Double", (base,), body)()

    def linear(self, n: int, m: int, seed: int) -> Any:
        """A double that multiplies."""
        w = self.variable(np.random.default_rng(seed).normal(size=(n, m)))
        layer = self.double([w], lambda x: x @ w, lambda x: w, lambda x: [np.asarray(x)[:, :, None] * np.ones(w.shape)])
        layer.w = w
        return layer

    def loss(self) -> Any:
        """A double of a loss: the mean of squares over every entry."""
        base = self.get("Diffable")
        tensor = self.get("Tensor")
        body = {
            self.name("weights"): property(lambda layer: []),
            self.name("forward"): lambda layer, y_pred, y_true: tensor(np.mean((y_pred - y_true) ** 2)),
            self.name("input_gradients"): lambda layer: [
                2 * (layer.inputs[0] - layer.inputs[1]) / np.size(layer.inputs[0]),
                np.zeros(np.shape(layer.inputs[1])),
            ],
            self.name("weight_gradients"): lambda layer: [],
        }
        return type("DoubleOfALoss", (base,), body)()

    def model(self, layers: list[Any], step: Callable) -> Any:
        """A Model of the hand-in's own whose batch_step is given."""
        base = self.get("Model")
        forward = {self.name("forward"): lambda model, inputs: inputs}
        return type("DoubleOfAModel", (base,), {**forward, "batch_step": step})(layers)


class HandInWithoutTape(HandIn):
    """Of 2026: arrays know the way back, and optimizers their weights."""

    def variable(self, value: Any) -> Any:
        return self.new("Tensor", np.array(value, dtype=float))

    def is_weight(self, weight: Any) -> bool:
        """Only a Tensor can carry a gradient."""
        return isinstance(weight, self.get("Tensor"))

    def trainable(self, weight: Any) -> bool:
        return bool(weight.requires_grad)

    def freeze(self, weight: Any) -> None:
        weight.requires_grad = False

    def kept(self, layer: Any, x: Any) -> Any:
        """A slice of an array knows the way back to its maker as well."""

        def back(grad: Any) -> None: ...

        x.backward = back
        out = layer(x)
        assert layer.inputs[0].backward is back
        return out

    def gradients(self, loss: Callable[[], Any], sources: list[Any]) -> list[Any]:
        for source in sources:
            source.grad = None
        loss().backward()
        return [source.grad for source in sources]

    def optimizer(self, word: str, params: list[Any], *args: Any, **kwargs: Any) -> Any:
        return self.new(word, params, *args, **kwargs)

    def optimizer_of(self, assignment: Any, model: Any) -> Any:
        return assignment.get_optimizer(model)

    def apply(self, optimizer: Any, params: list[Any], grads: list[np.ndarray]) -> None:
        optimizer.zero_grad()
        for param, grad in zip(params, grads):
            assert param.grad is None or not np.any(param.grad)
            param.grad = self.new("Tensor", grad)
        optimizer.step()

    def goes_on(self, word: str) -> None:
        """Behind a frozen parameter without a gradient the next is changed, unless nobody thought of such ones."""
        frozen, other = params = [self.variable(np.ones(3)), self.variable(np.ones(2))]
        frozen.requires_grad, other.grad = False, self.new("Tensor", np.ones(2))
        try:
            self.optimizer(word, params, 0.1).step()
        except (TypeError, AttributeError):
            return
        assert np.all(np.asarray(frozen) == 1)
        assert np.all(np.asarray(other) < 1)

    def recorder(self, params: list[Any], calls: list[Any]) -> Any:
        def step() -> None:
            calls.append([(param, np.array(param.grad)) for param in params if self.trainable(param)])
            for param, grad in calls[-1]:
                param -= 0.1 * grad

        def zero_grad() -> None:
            for param in params:
                param.grad = None

        return types.SimpleNamespace(parameters=params, learning_rate=0.1, step=step, zero_grad=zero_grad)

    def after(self) -> None:
        pass


@functools.cache
def edition(year: str) -> dict[str, Any]:
    return tomlfile.read(EDITIONS / f"y{year}" / "edition.toml")


def reference(year: str) -> Path:
    return EDITIONS / f"y{year}" / "reference"


def overlays(kind: str) -> list[tuple[str, str]]:
    """(year, name) of every wheat or chaff of the later years."""
    return [
        (year, path.parent.name) for year in YEARS for path in sorted((SUBMISSIONS / year / kind).glob("*/expect.toml"))
    ]


def expectation(year: str, kind: str, name: str) -> dict[str, Any]:
    return tomlfile.read(SUBMISSIONS / year / kind / name / "expect.toml")


def build(year: str, kind: str, name: str, folder: Path) -> Path:
    """Lays an overlay over a copy of that year's reference, or of its template; `rewrites` as in overlays.py."""
    target = folder / name
    if expectation(year, kind, name).get("base") == "template":
        for path, text in make_edition(EDITIONS / f"y{year}").items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(text, encoding="utf-8")
    else:
        shutil.copytree(reference(year), target, ignore=shutil.ignore_patterns("__pycache__"))
    ignored = shutil.ignore_patterns("expect.toml", "__pycache__")
    shutil.copytree(SUBMISSIONS / year / kind / name, target, dirs_exist_ok=True, ignore=ignored)
    rewrite(target, expectation(year, kind, name).get("rewrites", ()))
    return target


def few_digits() -> Mnist:
    """A stand-in for MNIST, fresh each time."""
    rng = np.random.default_rng(28)
    sizes = (70, 30)
    images = [rng.integers(256, size=(size, 28, 28), dtype=np.uint8) for size in sizes]
    for each in images:
        each[0, 0, :2] = 0, 255
    labels = [np.resize(np.arange(10, dtype=np.uint8), size) for size in sizes]
    return (images[0], labels[0]), (images[1], labels[1])


@contextmanager
def handed_in(folder: Path, year: str, mnist: Callable[[], Mnist] = few_digits) -> Iterator[HandIn]:
    """Within the context, modules are imported from folder, and tensorflow is a stand-in that knows MNIST only."""
    own = {path.stem for path in folder.glob("*.py")} | {edition(year)["package"]}
    fake = {}
    for name in ("tensorflow", "tensorflow.keras", "tensorflow.keras.datasets", "tensorflow.keras.datasets.mnist"):
        fake[name] = types.ModuleType(name)
        above, _, last = name.rpartition(".")
        if above:
            setattr(fake[above], last, fake[name])
    fake["tensorflow.keras.datasets.mnist"].load_data = mnist
    fake["tqdm"] = types.ModuleType("tqdm")
    fake["tqdm"].tqdm = lambda steps, **words: steps
    fake["wandb"] = types.ModuleType("wandb")
    fake["wandb"].Run = type("Run", (), {"log": lambda run, values: None, "finish": lambda run: None})
    fake["wandb"].init = lambda **words: fake["wandb"].Run()
    fake["wandb"].login = lambda **words: True

    def take_out() -> dict[str, types.ModuleType]:
        tops = own | {"tensorflow", "tqdm", "wandb", "utils"}
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in tops}

    others, before, randint = take_out(), os.getcwd(), np.random.randint
    sys.modules.update(fake)
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    try:
        yield HandIn(year) if "GradientTape" in edition(year)["modules"] else HandInWithoutTape(year)
    finally:
        os.chdir(before)
        sys.path.remove(str(folder))
        np.random.randint = randint
        take_out()
        sys.modules.update(others)


def central_differences(value: Callable[[], float], at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """The derivative of value() for each entry of `at`, which it reads."""
    slopes = np.zeros(at.shape)
    for index in np.ndindex(*at.shape):
        kept = float(at[index])
        at[index] = kept + step
        above = value()
        at[index] = kept - step
        slopes[index] = (above - value()) / (2 * step)
        at[index] = kept
    return slopes


# --- what each component owes; one raises AssertionError, or whatever the hand-in raises ---

CHECKS: dict[str, list[Callable[[HandIn], None]]] = {}
NEEDS = {
    "SequentialModel": ("GradientTape", "Weighted", "Model.weights"),
    "Sequential": ("Diffable.backward",),
    "Model.weights": ("Weighted",),
    "Model.parameters": ("Weighted",),
}

B, N, M, C = 5, 3, 4, 6  # all different, so that a wrong axis shows in the shape


def owes(component: str) -> Callable:
    def register(check: Callable[[HandIn], None]) -> Callable[[HandIn], None]:
        CHECKS.setdefault(component, []).append(check)
        return check

    return register


def rng() -> np.random.Generator:
    return np.random.default_rng(1470)


def one_hot(rows: int, classes: int) -> np.ndarray:
    return np.eye(classes)[rng().integers(classes, size=rows)]


def number(value: Any) -> float:
    assert np.size(value) == 1, f"one number was expected, not {np.shape(value)}"
    return float(np.ravel(value)[0])


@owes("Tensor")
def tensors(h: HandIn) -> None:
    for given in ([[1.5, 2.0], [3.0, 4.0]], np.array([[1.5, 2.0], [3.0, 4.0]])):
        tensor = h.new("Tensor", given)
        assert isinstance(tensor, h.get("Tensor"))
        assert h.trainable(tensor)
        assert_array_equal(np.asarray(tensor), given)
        assert_array_equal(np.asarray(h.new("Tensor", tensor)), given)
    assert h.new("Tensor", [1, 2]).dtype.kind == "i"


@owes("Weighted")
def flags(h: HandIn) -> None:
    weights = [h.variable([1.0]), h.variable([2.0, 3.0]), h.variable([[4.0]])]
    layer = h.double(weights, lambda x: x, lambda x: x, lambda x: [])
    h.freeze(weights[1])

    def chosen(word: str, expected: list[int]) -> None:
        found = list(h.ask_property(layer, word))
        assert len(found) == len(expected)
        assert all(each is weights[i] for each, i in zip(found, expected))

    chosen("trainable_variables", [0, 2])
    chosen("non_trainable_variables", [1])
    assert layer.trainable in (True, np.True_)
    layer.trainable = False
    assert [h.trainable(weight) for weight in weights] == [False] * 3
    assert not layer.trainable
    chosen("non_trainable_variables", [0, 1, 2])
    layer.trainable = True
    assert [h.trainable(weight) for weight in weights] == [True] * 3


def layer_agrees(h: HandIn, layer: Any, x: np.ndarray, outputs: int, step: float = 1e-5) -> None:
    """Called, it keeps its inputs; its own compose methods give the derivatives of sum(J * output)."""
    J = rng().normal(size=(len(x), outputs))
    given = h.new("Tensor", x.copy())
    out = h.kept(layer, given)
    assert_array_equal(np.asarray(given), x)
    before = [np.array(weight) for weight in h.weights(layer)]
    to_input = next(iter(h.ask(layer, "compose_to_input", [J.copy()])))
    to_weights = list(h.ask(layer, "compose_to_weight", [J.copy()]))
    for weight, kept in zip(h.weights(layer), before):
        assert_array_equal(np.asarray(weight), kept)

    def value() -> float:
        return float(np.sum(J * np.asarray(h.ask(layer, "forward", h.new("Tensor", x)))))

    assert np.shape(out) == J.shape
    assert np.shape(to_input) == x.shape
    assert_allclose(to_input, central_differences(value, x, step), rtol=1e-4, atol=1e-6)
    assert len(to_weights) == len(h.weights(layer))
    for weight, gradient in zip(h.weights(layer), to_weights):
        assert np.shape(gradient) == weight.shape
        assert_allclose(gradient, central_differences(value, weight, step), rtol=1e-4, atol=1e-6)


def set_weights(h: HandIn, layer: Any) -> None:
    """Random numbers, in place."""
    for weight in h.weights(layer):
        weight[...] = rng().normal(size=weight.shape)


@owes("Dense")
def dense(h: HandIn) -> None:
    # Weights of float32 hold differences of 2**-6 without rounding errors that count; y is linear in all of them.
    for rows, n, m in ((B, N, M), (1, N, M), (M, N, N), (N, N, M)):
        layer = h.new("Dense", n, m, "kaiming")
        if layer.w.shape != (n, m):  # which its initializer owes
            layer.w = h.variable(np.zeros((n, m)))
        assert layer.b.shape in ((m,), (1, m))
        set_weights(h, layer)
        x = rng().normal(size=(rows, n))
        assert_allclose(layer(h.new("Tensor", x)), x @ np.asarray(layer.w) + np.asarray(layer.b), rtol=1e-5)
        layer_agrees(h, layer, x, m, step=2**-6)


@owes("Dense.initializer")
def first_weights(h: HandIn) -> None:
    n, m = 300, 200
    spread = {
        "zero": 0.0,
        "normal": 1.0,
        "xavier": np.sqrt(2 / (n + m)),
        "kaiming": np.sqrt(2 / n),
        "Kaiming": np.sqrt(2 / n),
        "ZERO": 0.0,
        "xavier uniform": np.sqrt(2 / (n + m)),
        "kaiming uniform": np.sqrt(2 / n),
    }
    for name, std in spread.items():
        try:
            layer = h.new("Dense", n, m, name)
        except Exception:
            assert "uniform" in name
            continue
        assert h.is_weight(layer.w)
        assert h.is_weight(layer.b)
        w, b = np.asarray(layer.w), np.asarray(layer.b)
        assert w.shape == (n, m)
        assert_allclose(w.std(), std, rtol=0.03)
        assert abs(w.mean()) <= 0.03 * std
        if std:
            assert (np.abs(w).max() > 1.9 * std) != ("uniform" in name)
        assert w.shape == (n, m)
        assert b.shape in ((m,), (1, m))
        assert not b.any()
    try:
        h.new("Dense", n, m, "no such")
    except Exception:
        return
    raise AssertionError("an unknown initializer was accepted")


@owes("LeakyReLU")
def leaky(h: HandIn) -> None:
    x = np.array([[-2.0, 3.0, 0.02], [-0.25, 8.0, -7.0]])
    for alpha, given in ((0.3, ()), (0.05, (0.05,)), (0.0, (0.0,))):
        layer = h.new("LeakyReLU", *given)
        assert_allclose(h.ask(layer, "forward", h.new("Tensor", x)), np.where(x > 0, x, alpha * x))
        layer_agrees(h, layer, x, 3)


@owes("ReLU")
def rectified(h: HandIn) -> None:
    x = np.array([[-2.0, 3.0, 0.5], [-0.25, 8.0, -7.0]])
    assert_allclose(h.ask(h.new("ReLU"), "forward", h.new("Tensor", x)), np.maximum(x, 0))


@owes("Sigmoid")
def sigmoid(h: HandIn) -> None:
    layer = h.new("Sigmoid")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        far = h.ask(layer, "forward", h.new("Tensor", np.array([[-1000.0, 1000.0, 0.0]])))
    assert_allclose(far, [[0.0, 1.0, 0.5]], atol=1e-12)
    x = rng().normal(size=(B, N))
    assert_allclose(h.ask(layer, "forward", h.new("Tensor", x)), 1 / (1 + np.exp(-x)))
    assert_allclose(h.ask(layer, "forward", h.new("Tensor", x[0])), 1 / (1 + np.exp(-x[0])))
    layer_agrees(h, layer, x, N)


@owes("Softmax")
def softmax(h: HandIn) -> None:
    layer = h.new("Softmax")
    x = np.array([[1000.0, 999.0, 998.0], [-1000.0, -1001.0, -1002.0], [0.0, 1.0, 2.0]])
    e = np.exp([2.0, 1.0, 0.0]) / np.sum(np.exp([2.0, 1.0, 0.0]))
    assert_allclose(h.ask(layer, "forward", h.new("Tensor", x)), [e, e, e[::-1]], rtol=1e-6)
    if h.year == "2024":
        assert_allclose(h.ask(layer, "forward", h.new("Tensor", x[2])), e[::-1], rtol=1e-6)
    layer_agrees(h, layer, rng().normal(size=(B, C)), C)
    layer_agrees(h, layer, rng().normal(size=(C, C)), C)


def loss_agrees(h: HandIn, loss: Any, y_pred: np.ndarray, y_true: np.ndarray, expected: float) -> None:
    """Value, and gradient by central differences of the right value."""
    p, t = h.new("Tensor", y_pred), h.new("Tensor", y_true)
    assert_allclose(number(loss(p, t)), expected, rtol=1e-5)
    found = next(iter(h.ask(loss, "input_gradients")))
    assert np.shape(found) == y_pred.shape

    def value() -> float:
        return number(h.ask(loss, "forward", h.new("Tensor", y_pred), t))

    assert_allclose(found, central_differences(value, y_pred, 1e-6), rtol=1e-4, atol=1e-7)


@owes("MeanSquaredError")
def squares(h: HandIn) -> None:
    p, t = rng().normal(size=(B, C)), one_hot(B, C)
    loss_agrees(h, h.new("MeanSquaredError"), p, t, np.mean((p - t) ** 2))


@owes("CategoricalCrossEntropy")
def cross_entropy(h: HandIn) -> None:
    p, t = rng().dirichlet(np.ones(C), size=B), one_hot(B, C)
    values = [-np.sum(t * np.log(p)) / B, -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))]
    own = number(h.new("CategoricalCrossEntropy")(h.new("Tensor", p), h.new("Tensor", t)))
    either = h.year in ("2023", "2024")  # both formulas were given there
    loss_agrees(h, h.new("CategoricalCrossEntropy"), p, t, min(values[: 1 + either], key=lambda each: abs(each - own)))
    loss = h.new("CategoricalCrossEntropy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = loss(h.new("Tensor", [[0.0, 1.0], [1.0, 0.0]]), h.new("Tensor", [[1.0, 0.0], [1.0, 0.0]]))
        gradient = next(iter(h.ask(loss, "input_gradients")))
    assert np.isfinite(number(wrong))
    assert np.isfinite(gradient).all()
    assert number(wrong) > 4


@owes("CategoricalAccuracy")
def accuracy(h: HandIn) -> None:
    metric = h.new("CategoricalAccuracy")
    probs, labels = rng().dirichlet(np.ones(C), size=20), one_hot(20, C)
    expected = np.mean(probs.argmax(1) == labels.argmax(1))
    for p, t in ((probs, labels), (probs.tolist(), labels.tolist()), (h.new("Tensor", probs), h.new("Tensor", labels))):
        assert_allclose(number(metric(p, t)), expected)
    assert_allclose(number(metric([[0.1, 0.9], [0.8, 0.2]], [[0, 1], [0, 1]])), 0.5)
    assert_allclose(number(metric(np.full((C, C), 0.25), np.eye(C))), 1 / C)


@owes("OneHotEncoder")
def encoder(h: HandIn) -> None:
    labels = np.array([42, 7, 3, 7, 12])
    rows = np.eye(4)[[3, 1, 0, 1, 2]]
    for fitted in (True, False):
        one = h.new("OneHotEncoder")
        if fitted:
            one.fit(labels)
        assert_array_equal(np.asarray(h.ask(one, "forward", labels)), rows)
        assert_array_equal(np.asarray(one(labels[1:3])), rows[1:3])
        assert_array_equal(np.ravel(one.inverse(np.asarray(h.ask(one, "forward", labels)))), labels)
        one.fit(labels[1:3])  # and knows nothing of the others any more
        assert_array_equal(np.asarray(one(labels[1:3])), [[0, 1], [1, 0]])


def stepped(h: HandIn, word: str, step: Callable, **kwargs: Any) -> None:
    """Three steps on a list of two arrays: the same arrays, changed in place as the formula says."""
    params = [h.variable(rng().normal(size=(2, 3))), h.variable(rng().normal(size=4))]
    optimizer = h.optimizer(word, params, 0.1, **kwargs)
    objects = list(params)
    expected = [np.array(param) for param in params]
    state: dict[Any, Any] = {}
    for t in (1, 2, 3):
        grads = [rng().normal(size=param.shape) * (1 + t) * 1e-4 for param in params]
        h.apply(optimizer, params, [grad.copy() for grad in grads])
        for i, grad in enumerate(grads):
            expected[i] = expected[i] - step(state, i, grad, t)
        for found, same, right in zip(params, objects, expected):
            assert found is same
            assert_allclose(np.asarray(same), right, rtol=1e-7)
    h.goes_on(word)


@owes("BasicOptimizer")
def descent(h: HandIn) -> None:
    stepped(h, "BasicOptimizer", lambda state, i, g, t: 0.1 * g)


@owes("RMSProp")
def rmsprop(h: HandIn) -> None:
    def step(state: dict, i: int, g: np.ndarray, t: int) -> np.ndarray:
        state[i] = 0.8 * state.get(i, 0) + 0.2 * g**2
        return 0.1 * g / (np.sqrt(state[i]) + 1e-6)

    stepped(h, "RMSProp", step, beta=0.8)


@owes("Adam")
def adam(h: HandIn) -> None:
    """epsilon is added to the corrected root, or to the raw one, as Keras does it."""

    def step(state: dict, i: int, g: np.ndarray, t: int, raw: bool = False) -> np.ndarray:
        state[i, "m"] = 0.8 * state.get((i, "m"), 0) + 0.2 * g
        state[i, "v"] = 0.9 * state.get((i, "v"), 0) + 0.1 * g**2
        correction = np.sqrt(1 - 0.9**t)
        root = np.sqrt(state[i, "v"]) / correction + 1e-7 / (correction if raw else 1)
        return 0.1 * state[i, "m"] / (1 - 0.8**t) / root

    try:
        stepped(h, "Adam", step, beta_1=0.8, beta_2=0.9)
    except AssertionError:
        stepped(h, "Adam", functools.partial(step, raw=True), beta_1=0.8, beta_2=0.9)


@owes("GradientTape")
def tape_of_doubles(h: HandIn) -> None:
    layers, passing = [h.linear(N, M, 1), h.linear(M, C, 2)], h.double([], lambda x: x * 2.0, None, lambda x: [])
    setattr(type(passing), h.name("input_gradients"), lambda layer: [2.0 * np.eye(M)])
    loss_fn, x, t = h.loss(), h.new("Tensor", rng().normal(size=(B, N))), h.new("Tensor", one_hot(B, C))
    w1, w2 = layers[0].w, layers[1].w

    def loss() -> Any:
        return loss_fn(layers[1](passing(layers[0](x))), t)

    def value() -> float:
        return float(np.mean((np.asarray(x) @ np.asarray(w1) * 2 @ np.asarray(w2) - np.asarray(t)) ** 2))

    right = [central_differences(value, w1), central_differences(value, w2)]
    for order in ([0, 1], [1, 0], [1], [0]):
        found = h.gradients(loss, [(w1, w2)[i] for i in order])
        assert len(found) == len(order)
        for gradient, i in zip(found, order):
            assert np.shape(gradient) == right[i].shape
            assert_allclose(gradient, right[i], rtol=1e-4, atol=1e-7)


@owes("Diffable.backward")
def backward_of_doubles(h: HandIn) -> None:
    """Beside the numbers: what is frozen gets no gradient, a plain array ends the chain, a second pass may add up."""
    layers, loss_fn = [h.linear(N, M, 1), h.linear(M, C, 2)], h.loss()
    x, t = rng().normal(size=(B, N)), one_hot(B, C)
    loss_fn(layers[1](layers[0](x.view(np.ndarray))), t).backward()
    once = [np.array(layer.w.grad) for layer in layers]
    loss_fn(layers[1](layers[0](h.new("Tensor", x))), h.new("Tensor", t)).backward()
    assert all(np.allclose(layer.w.grad, a) or np.allclose(layer.w.grad, 2 * a) for layer, a in zip(layers, once))
    h.freeze(layers[1].w)
    for layer in layers:
        layer.w.grad = None
    loss_fn(layers[1](layers[0](h.new("Tensor", x))), t).backward()
    assert layers[1].w.grad is None
    assert_allclose(layers[0].w.grad, once[0])


@owes("Diffable.backward")
def backward_of_several_parameters(h: HandIn) -> None:
    """Each gets its own gradient, those behind a frozen one as well."""
    x, J = h.new("Tensor", rng().normal(size=(B, N))), rng().normal(size=(B, M))
    w, b, c = h.variable(rng().normal(size=(N, M))), h.variable(np.zeros((1, M))), h.variable(np.zeros(M))
    layer = h.double(
        [b, w, c],
        lambda x: x @ w + b + 2 * c,
        lambda x: w,
        lambda x: [np.ones((1, M)), np.asarray(x)[:, :, None], 2 * np.ones(M)],
    )
    right = [J.sum(0, keepdims=True), np.asarray(x).T @ J, 2 * J.sum(0)]
    for frozen in (None, b, w):
        for weight in (b, w, c):
            weight.grad, weight.requires_grad = None, weight is not frozen
        before = [np.array(weight) for weight in (b, w, c)]
        layer(x).backward([J])
        for weight, slope, kept in zip((b, w, c), right, before):
            assert_array_equal(np.asarray(weight), kept)
            if weight is frozen:
                assert weight.grad is None
            else:
                assert np.shape(weight.grad) == weight.shape
                assert_allclose(weight.grad, slope)


@owes("Model.weights")
def model_weights(h: HandIn) -> None:
    first, second = [h.variable([1.0]), h.variable([[2.0]])], (h.variable([3.0]), h.variable([[4.0]]))
    layers = [h.double(list_of, lambda x: x, None, None) for list_of in (first, [], second)]
    model = h.model(layers, lambda *args, **kwargs: {})
    found = h.weights(model)
    assert len(found) == 4
    assert all(a is b for a, b in zip(found, [*first, *second]))
    for frozen in found[:2]:
        h.freeze(frozen)
    assert len(h.weights(model)) == 4
    assert len(list(h.ask_property(model, "trainable_variables"))) == 2


@owes("Model.fit")
def fits(h: HandIn) -> None:
    for rows, size in ((8, 4), (11, 4)):
        x, y = h.new("Tensor", np.arange(rows, dtype=float)[:, None]), h.new("Tensor", np.ones((rows, 2)))
        seen: list[Any] = []

        def step(model: Any, x: Any, y: Any, training: bool = True, seen: list = seen) -> dict[str, float]:
            assert training
            assert 0 < len(x) == len(y)
            seen.append(np.array(x)[:, 0])
            return {"loss": float(len(seen)), "acc": 0.5}

        model = h.model([], step)
        model.compile(None, None, None)
        history = model.fit(x, y, epochs=2, batch_size=size)
        first = np.concatenate(seen[: len(seen) // 2])
        assert len(first) in (rows, rows - rows % size)
        assert_array_equal(np.unique(first), np.sort(first))
        assert max(map(len, seen)) == size
        assert_array_equal(np.ravel(x), np.arange(rows))  # nobody else's arrays are shuffled
        assert isinstance(history, dict)
        losses = np.ravel(history["loss"])
        assert len(losses) in (2, len(seen))
        assert_allclose(losses.mean(), np.mean(np.arange(len(seen)) + 1))


def flat(result: Any) -> list[Any]:
    """What a step returned, without the tuples around it."""
    return [part for each in result for part in flat(each)] if isinstance(result, tuple) else [result]


def own_form(h: HandIn) -> Callable:
    """What the hand-in's batch_step returns without training."""
    model = h.new("SequentialModel", [h.linear(2, 2, 1)])
    model.compile(h.recorder([], []), h.loss(), lambda probs, labels: h.new("Tensor", 0.5))
    truth = h.new("Tensor", np.eye(2)[[0, 1, 1, 0]])
    result = model.batch_step(h.new("Tensor", np.ones((4, 2))), truth, training=False)

    def like(part: Any, values: tuple[float, float], predictions: Any, labels: Any) -> Any:
        if isinstance(part, dict):
            return dict(zip(part, values))
        if isinstance(part, tuple):
            return tuple(like(each, values, predictions, labels) for each in part)
        if np.ndim(part) == 1:
            return np.argmax(predictions, axis=-1)
        return labels if np.array_equal(part, truth) else predictions

    return lambda values, predictions, labels: like(result, values, predictions, labels)


@owes("Model.evaluate")
def evaluates(h: HandIn) -> None:
    form = own_form(h)
    for rows, size in ((8, 4), (11, 4)):
        x, y = h.new("Tensor", rng().normal(size=(rows, 3))), h.new("Tensor", np.ones((rows, 3)))
        sizes: list[int] = []

        def step(model: Any, x: Any, y: Any, training: bool = True, sizes: list = sizes) -> Any:
            assert not training
            assert 0 < len(x) == len(y)
            sizes.append(len(x))
            return form((float(len(sizes)), 0.5), x, y)  # what `forward` of this double gives, too

        layer = h.linear(N, M, 1)
        model = h.model([layer], step)
        result = model.evaluate(x, y, batch_size=size)
        assert h.trainable(layer.w)
        assert sum(sizes) == rows or (h.year in ("2023", "2024") and sum(sizes) == rows - rows % size)
        parts = result if isinstance(result, tuple) else (result,)
        metrics = next(each for each in parts if isinstance(each, dict))
        predictions = next((each for each in parts if each is not metrics), None)
        if isinstance(predictions, tuple):  # and labels
            predictions = predictions[0]
        losses = np.ravel(metrics["loss"])
        plain, weighted = np.mean(np.arange(len(sizes)) + 1), np.average(np.arange(len(sizes)) + 1, weights=sizes)
        assert len(losses) in (1, len(sizes))
        assert np.isclose(losses.mean(), plain) or np.isclose(losses.mean(), weighted)
        if predictions is not None:
            found = (
                np.concatenate([np.asarray(each) for each in predictions])
                if isinstance(predictions, list)
                else predictions
            )
            right = np.asarray(x)
            assert_allclose(found, right if np.ndim(found) == 2 else right.argmax(1))


@owes("SequentialModel")
def steps(h: HandIn) -> None:
    layers = [h.linear(N, M, 1), h.linear(M, C, 2)]
    model = h.new("SequentialModel", layers)
    x, y = h.new("Tensor", rng().normal(size=(B, N))), h.new("Tensor", one_hot(B, C))
    w1, w2 = (np.asarray(layer.w) for layer in layers)
    right = np.asarray(x) @ w1 @ w2
    calls: list[Any] = []

    model.compile(
        h.recorder([layer.w for layer in layers], calls),
        h.loss(),
        lambda probs, labels: h.new("Tensor", np.mean(np.asarray(probs)[:, 0])),
    )
    assert_allclose(h.ask(model, "forward", x), right)
    value = float(np.mean((right - np.asarray(y)) ** 2))
    shares = float(right[:, 0].mean())

    def reported(result: Any) -> None:
        parts = flat(result)
        stats = next(each for each in parts if isinstance(each, dict))
        assert_allclose(number(stats["loss"]), value)
        assert_allclose(number(stats["acc"] if "acc" in stats else stats["accuracy"]), shares)
        for predicted in parts:
            if predicted is not stats and predicted is not y:
                assert_allclose(predicted, right if np.ndim(predicted) == 2 else right.argmax(1))

    reported(model.batch_step(x, y, training=False))
    assert calls == []

    def error() -> float:
        return float(np.mean((np.asarray(x) @ w1 @ w2 - np.asarray(y)) ** 2))

    for count in (1, 2):  # what is left of the first step does not reach the second
        slopes = [central_differences(error, w) for w in (w1, w2)]
        found = model.batch_step(x, y)
        if count == 1:
            reported(found)
        assert len(calls) == count
        assert len(calls[-1]) == 2
        for (param, grad), layer, slope in zip(calls[-1], layers, slopes):
            assert param is layer.w
            assert_allclose(grad, slope, rtol=1e-4, atol=1e-7)
    h.after()
    assert h.trainable(layers[0].w)
    h.freeze(layers[0].w)  # of a frozen weight nothing is asked, but that the others get their own gradients
    model.batch_step(x, y)
    assert all(np.shape(grad) == np.shape(param) for param, grad in calls[-1])


@owes("load_and_preprocess_data")
def data(h: HandIn) -> None:
    (images, labels), (test_images, test_labels) = few_digits()
    found = h.get("load_and_preprocess_data")()
    assert len(found) == 4
    for inputs, given in ((found[0], images), (found[2], test_images)):
        assert isinstance(inputs, h.get("Tensor"))
        assert_allclose(inputs, given.reshape(len(given), 784) / 255, rtol=1e-6)
    for found_labels, given in ((found[1], labels), (found[3], test_labels)):
        assert_array_equal(np.asarray(found_labels), given)


def network_agrees(h: HandIn) -> None:
    """Two networks in float64, one for each loss: the tape gives the derivatives of the loss's value."""
    x, t = rng().normal(size=(B, N)), h.new("Tensor", one_hot(B, C))
    for middle, last, loss_word in (
        ("LeakyReLU", "Sigmoid", "MeanSquaredError"),
        ("Sigmoid", "Softmax", "CategoricalCrossEntropy"),
    ):
        dense = [h.new("Dense", N, M, "kaiming"), h.new("Dense", M, C, "xavier")]
        layers = [dense[0], h.new(middle), dense[1], h.new(last)]
        model, loss_fn = h.new("SequentialModel", layers), h.new(loss_word)
        weights = list(h.ask_property(model, "trainable_variables"))
        assert len(weights) == 4
        model.compile(h.optimizer("BasicOptimizer", weights, 0.1), loss_fn, h.new("CategoricalAccuracy"))
        inputs = h.new("Tensor", x)

        def loss(model: Any = model, loss_fn: Any = loss_fn, inputs: Any = inputs) -> Any:
            return loss_fn(h.ask(model, "forward", inputs), t)

        found = [np.array(gradient) for gradient in h.gradients(loss, weights)]

        def value(model: Any = model, loss_fn: Any = loss_fn, inputs: Any = inputs) -> float:
            return number(h.ask(loss_fn, "forward", h.ask(model, "forward", inputs), t))

        for weight, gradient in zip(weights, found):
            assert gradient.shape == weight.shape
            exact = weight.dtype == np.float64
            step, tolerance = (1e-5, 1e-7) if exact else (2**-8, 1e-3)
            slopes = central_differences(value, weight, step)
            assert_allclose(gradient, slopes, rtol=1e-4 if exact else 1e-2, atol=tolerance)
        before = value()
        for _ in range(30):
            model.batch_step(inputs, t)
        assert value() < before


def failing(h: HandIn) -> set[str]:
    """The components that do not give what they owe. Those whose needs fail are left out: nothing is known of them."""
    judged = h.edition["components"]["judged"]
    otherwise = {own: word for word, own in h.called.items()} | {"CategoricalCrossentropy": "CategoricalCrossEntropy"}
    found = set()
    for component in judged:
        for check in (*CHECKS.get(component, ()), *CHECKS.get(otherwise.get(component, ""), ())):
            np.random.seed(16)
            try:
                with np.errstate(all="ignore"):
                    check(h)
            except Exception:
                found.add(component)
    return {name for name in found if not any(need in found for need in NEEDS.get(name, ()))}
