"""The reference is right: gradients by central differences in float64, optimizers by hand-computed steps."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from beras_modules import REFERENCE, ROOT, beras_modules
from numpy.testing import assert_allclose, assert_array_equal

B, N, M, C = 5, 3, 4, 6  # all different, so that a wrong axis shows in the shape


@pytest.fixture(scope="module")
def beras() -> Iterator[SimpleNamespace]:
    """All classes and functions of the reference."""
    files = [path.relative_to(REFERENCE).with_suffix("") for path in REFERENCE.rglob("*.py")]
    with beras_modules(REFERENCE) as load:
        modules = [load(".".join(file.parts)) for file in files if file.name != "__init__"]
        yield SimpleNamespace(
            **{
                name: value
                for module in modules
                for name, value in vars(module).items()
                if getattr(value, "__module__", "") == module.__name__
            }
        )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1470)


def central_difference(f: Callable[[], float], at: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """The derivative of f() with respect to each entry of the float64 array `at`, which f reads."""
    assert at.dtype == np.float64
    derivative = np.empty_like(at)
    for index in np.ndindex(at.shape):
        value = at[index]
        at[index] = value + step
        above = f()
        at[index] = value - step
        derivative[index] = (above - f()) / (2 * step)
        at[index] = value
    return derivative


def in_float64(layer: Any, rng: np.random.Generator) -> Any:
    """The layer with random float64 weights, none of them zero or one."""
    for name in ("w", "b", "gamma", "beta"):
        if hasattr(layer, name):
            setattr(layer, name, rng.normal(size=getattr(layer, name).shape))
    layer.weights = [getattr(layer, name) for name in ("w", "b", "gamma", "beta") if hasattr(layer, name)]
    return layer


def one_hot(rng: np.random.Generator, rows: int = B, classes: int = C) -> np.ndarray:
    return np.eye(classes)[rng.integers(classes, size=rows)]


def probabilities(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.dirichlet(np.ones(shape[1]), size=shape[0])


LAYERS: dict[str, Callable[[SimpleNamespace], Any]] = {
    "Dense": lambda beras: beras.Dense(N, M),
    "LeakyReLU": lambda beras: beras.LeakyReLU(0.2),
    "ReLU": lambda beras: beras.ReLU(),
    "Softmax": lambda beras: beras.Softmax(),
    "BatchNorm": lambda beras: beras.BatchNorm(N),
    "BatchNorm-evaluating": lambda beras: evaluating(beras.BatchNorm(N)),
}


def evaluating(layer: Any) -> Any:
    layer.training = False
    layer.running_mean, layer.running_var = np.array([0.5, -1.0, 2.0]), np.array([0.3, 1.0, 4.0])
    return layer


LOSSES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {  # name -> predictions that suit it
    "MeanSquaredError": lambda rng: rng.normal(size=(B, C)),
    "CategoricalCrossentropy": lambda rng: probabilities(rng, (B, C)),
    "CrossEntropyLoss": lambda rng: rng.normal(size=(B, C)),
}


# --- gradients ---


@pytest.mark.parametrize("name", LAYERS)
def test_layer_gradients_are_the_central_differences(beras: SimpleNamespace, rng: np.random.Generator, name: str):
    layer = in_float64(LAYERS[name](beras), rng)
    x = rng.normal(size=(B, N))
    J = rng.normal(size=layer(x).shape)

    def summed_loss() -> float:  # a loss whose per-example gradient is J
        return float(np.sum(J * layer(x)))

    assert_allclose(layer.compose_to_input(J), central_difference(summed_loss, x), rtol=1e-6, atol=1e-8)
    gradients = layer.compose_to_weight(J)
    assert len(gradients) == len(layer.weights)
    for weight, gradient in zip(layer.weights, gradients):
        assert gradient.shape == weight.shape
        assert_allclose(gradient, central_difference(summed_loss, weight) / B, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_loss_gradient_is_per_example(beras: SimpleNamespace, rng: np.random.Generator, name: str):
    loss_fn, y_pred, y_true = getattr(beras, name)(), LOSSES[name](rng), one_hot(rng)
    loss_fn(y_pred, y_true)
    gradient = loss_fn.input_gradients()
    derivative = central_difference(lambda: loss_fn(y_pred, y_true), y_pred)
    assert_allclose(gradient / B, derivative, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("frozen", [None, 0, 2, 3], ids=lambda depth: f"frozen-{depth}")
@pytest.mark.parametrize("loss", LOSSES)
def test_tape_gradient_of_a_network_is_the_derivative_of_the_value(
    beras: SimpleNamespace, rng: np.random.Generator, loss: str, frozen: int | None
):
    layers = [beras.Dense(N, M), beras.BatchNorm(M), beras.LeakyReLU(), beras.Dense(M, C), beras.Softmax()]
    model = beras.SequentialModel([in_float64(layer, rng) for layer in layers])
    if frozen is not None:
        layers[frozen].trainable = False
    loss_fn, x, y = getattr(beras, loss)(), rng.normal(size=(B, N)), one_hot(rng)
    with beras.GradientTape() as tape:
        loss_fn(model(x), y)
    gradients = tape.gradient()
    assert len(gradients) == len(model.trainable_variables) == 6 - 2 * (frozen in (0, 3))
    for weight, gradient in zip(model.trainable_variables, gradients):
        assert gradient.shape == weight.shape
        derivative = central_difference(lambda: loss_fn(model(x), y), weight)
        assert_allclose(gradient, derivative, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    ("weight", "gradient"),
    [
        ((N, M), (B, N, 1)),
        ((N, M), (B, N, M)),
        ((N, M), (1, N, M)),
        ((N, M), (1, N, 1)),
        ((M,), (M,)),
        ((M,), (B, M)),
        ((M,), (1, M)),
        ((1, M), (M,)),
        ((1, M), (1, M)),
        ((1, M), (B, M)),
        ((1, M), (B, 1, M)),
        ((M,), (1,)),
    ],
)
def test_compose_to_weight_broadcasts(
    beras: SimpleNamespace, rng: np.random.Generator, weight: tuple[int, ...], gradient: tuple[int, ...]
):
    class Layer(beras.Diffable):
        weights = (np.zeros(weight),)
        forward = input_gradients = lambda self: None

        def weight_gradients(self) -> tuple[np.ndarray]:
            return (local,)

    local, J = rng.normal(size=gradient), rng.normal(size=(B, M))
    products = [(local[b % len(local)] if local.ndim > 1 else local) * J[b] for b in range(B)]
    (composed,) = Layer().compose_to_weight(J)
    assert composed.shape == weight
    assert_allclose(composed, np.mean(products, axis=0).reshape(weight), rtol=1e-12)


def test_compose_to_weight_wants_a_gradient_for_each_weight(beras: SimpleNamespace, rng: np.random.Generator):
    class NoBias(beras.Dense):
        def weight_gradients(self) -> tuple[np.ndarray]:
            return super().weight_gradients()[:1]

    layer = NoBias(N, M)
    layer(rng.normal(size=(B, N)))
    with pytest.raises(ValueError, match=r"NoBias.weight_gradients\(\) returned 1 arrays for 2 weights"):
        layer.compose_to_weight(np.ones((B, M)))


def test_gradient_methods_change_nothing(beras: SimpleNamespace, rng: np.random.Generator):
    for name, make in LAYERS.items():
        layer, x = in_float64(make(beras), rng), rng.normal(size=(B, N))
        J = rng.normal(size=layer(x).shape)
        arrays = [x, J, *layer.weights]
        before = [array.copy() for array in arrays]
        layer.compose_to_input(J), layer.compose_to_weight(J)
        for array, copy in zip(arrays, before):
            assert_array_equal(array, copy, err_msg=name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_layers_keep_the_dtype(beras: SimpleNamespace, rng: np.random.Generator, name: str, dtype: type):
    layer = LAYERS[name](beras)
    if name == "BatchNorm-evaluating":
        layer.running_mean = layer.running_mean.astype(dtype)
        layer.running_var = layer.running_var.astype(dtype)
    y = layer(rng.normal(size=(B, N)).astype(dtype))
    J = np.ones_like(y)
    arrays = (y, layer.compose_to_input(J), *layer.compose_to_weight(J))
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_keep_the_dtype(beras: SimpleNamespace, rng: np.random.Generator, name: str):
    loss_fn = getattr(beras, name)()
    for dtype in (np.float32, np.float64):
        loss_fn(LOSSES[name](rng).astype(dtype), one_hot(rng).astype(dtype))
        assert loss_fn.input_gradients().dtype == dtype


# --- tape ---


def test_tape_records_only_while_it_is_open(beras: SimpleNamespace):
    layer, x = beras.ReLU(), np.ones((B, N))
    layer(x)
    with beras.GradientTape() as tape:
        assert beras.Diffable.gradient_tape is tape
        layer(x)
        layer.forward(x)  # not a call
        beras.CategoricalAccuracy()(x, x)  # no Diffable
    layer(x)
    assert tape.operations == [layer]
    assert beras.Diffable.gradient_tape is None


def test_tape_is_closed_by_an_exception(beras: SimpleNamespace):
    with pytest.raises(ZeroDivisionError), beras.GradientTape():
        raise ZeroDivisionError
    assert beras.Diffable.gradient_tape is None


def test_tapes_are_closed_when_nested(beras: SimpleNamespace):
    with beras.GradientTape(), beras.GradientTape() as inner:
        assert beras.Diffable.gradient_tape is inner
    assert beras.Diffable.gradient_tape is None


# --- one-hot, initializers, activations, losses, accuracy ---


@pytest.mark.parametrize(
    ("labels", "classes", "columns"),
    [
        ([2, 0, 1, 2], [0, 1, 2], [2, 0, 1, 2]),
        ([70, -3, 8, -3], [-3, 8, 70], [2, 0, 1, 0]),
        (["dog", "ant", "cat"], ["ant", "cat", "dog"], [2, 0, 1]),
        (np.array([9, 4], dtype=np.uint8), [4, 9], [1, 0]),
        ([5, 5], [5], [0, 0]),
    ],
)
def test_one_hot_rows(beras: SimpleNamespace, labels: Any, classes: list, columns: list):
    encoder = beras.OneHotEncoder()
    onehots = encoder(labels)
    assert_array_equal(onehots, np.eye(len(classes))[columns])
    assert onehots.dtype == np.float32
    assert_array_equal(encoder.uniq, classes)
    for label, row in zip(classes, np.eye(len(classes))):
        assert_array_equal(encoder.uniq2oh[label], row)
    assert_array_equal(encoder.inverse(onehots), labels)


@pytest.mark.parametrize("unseen", [[4], [99], [-99], [3, 4, 5]])
def test_one_hot_names_an_unseen_label(beras: SimpleNamespace, unseen: list):
    encoder = beras.OneHotEncoder()
    encoder.fit([3, 5])
    with pytest.raises(KeyError, match=r"label (4|99|-99) is not among those"):
        encoder(unseen)


def test_one_hot_does_not_fit_again(beras: SimpleNamespace):
    encoder = beras.OneHotEncoder()
    encoder.fit(["a", "b", "c"])
    assert_array_equal(encoder(["c"]), [[0, 0, 1]])


def test_one_hot_inverse_before_fit_is_an_error(beras: SimpleNamespace):
    with pytest.raises(AssertionError, match="call fit or forward first"):
        beras.OneHotEncoder().inverse(np.eye(2))


@pytest.mark.parametrize(
    ("initializer", "std"),
    [
        ("zero", 0),
        ("normal", 1),
        ("xavier", np.sqrt(2 / 900)),
        ("kaiming", np.sqrt(2 / 500)),
        ("KaiMing", np.sqrt(2 / 500)),
    ],
)
def test_initializer_statistics(beras: SimpleNamespace, initializer: str, std: float):
    np.random.seed(1470)
    dense = beras.Dense(500, 400, initializer=initializer)
    # Both tolerances are more than five standard errors; that of the std of 200,000 draws is 0.16 %.
    assert_allclose(dense.w.std(), std, rtol=0.01)
    assert_allclose(dense.w.mean(), 0, atol=6 * std / np.sqrt(dense.w.size))
    assert_array_equal(dense.b, np.zeros(400))
    assert dense.w.shape == (500, 400)
    assert dense.w.dtype == dense.b.dtype == np.float32
    assert dense.weights[0] is dense.w
    assert dense.weights[1] is dense.b


def test_initializer_that_is_unknown_is_named(beras: SimpleNamespace):
    with pytest.raises(AssertionError, match="'he_normal', choose one of zero, normal, xavier, kaiming"):
        beras.Dense(N, M, initializer="he_normal")


def test_weights_follow_the_global_seed_and_differ_without_it(beras: SimpleNamespace):
    np.random.seed(3)
    first, second = beras.Dense(N, M).w, beras.Dense(N, M).w
    np.random.seed(3)
    assert_array_equal(beras.Dense(N, M).w, first)
    assert not np.any(first == second)


def test_leaky_relu_values(beras: SimpleNamespace):
    x = np.array([[-2.0, 0.0, 3.0]])
    leaky, relu = beras.LeakyReLU(0.1), beras.ReLU()
    assert_allclose(leaky(x), [[-0.2, 0, 3]])
    assert_allclose(leaky.input_gradients(), [[0.1, 0.1, 1]])
    assert_array_equal(relu(x), [[0, 0, 3]])
    assert_array_equal(relu.input_gradients(), [[0, 0, 1]])
    assert beras.LeakyReLU().alpha == 0.3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_of_extreme_logits(beras: SimpleNamespace, dtype: type):
    x = np.array([[1000, 0, -1000], [-1000, -1000, -1000], [-1000, -1001, -5000], [1e4, 1e4, 0]], dtype=dtype)
    e = np.exp(-1)
    expected = [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [1 / (1 + e), e / (1 + e), 0], [0.5, 0.5, 0]]
    softmax = beras.Softmax()
    assert_allclose(softmax(x), expected, rtol=1e-6)
    assert np.all(np.isfinite(softmax.input_gradients()))


@pytest.mark.parametrize(
    ("dtype", "huge"), [(np.float32, 3e38), (np.float32, 1e4), (np.float64, 1.7e308), (np.float64, 1e4)]
)
def test_cross_entropy_is_finite_for_any_logits(beras: SimpleNamespace, dtype: type, huge: float):
    logits = np.array([[huge, -huge, 0], [-huge, -huge, -huge], [huge, huge, 0]], dtype=dtype)
    loss_fn = beras.CrossEntropyLoss()
    assert np.isfinite(loss_fn(logits, np.eye(3, dtype=dtype)))
    assert np.isfinite(loss_fn(logits, np.eye(3, dtype=dtype)[[1, 0, 2]]))
    assert np.all(np.isfinite(loss_fn.input_gradients()))


def test_loss_values(beras: SimpleNamespace):
    y = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert_allclose(beras.MeanSquaredError()(np.array([[1.0, 1.0], [1.0, 3.0]]), y), (1 + 9) / 4)
    p = np.array([[0.25, 0.75], [0.5, 0.5]])
    assert_allclose(beras.CategoricalCrossentropy()(p, y), -(np.log(0.75) + np.log(0.5)) / 2)
    assert_allclose(beras.CrossEntropyLoss()(np.log(p), y), -(np.log(0.75) + np.log(0.5)) / 2)
    assert_allclose(beras.CrossEntropyLoss()(np.array([[1000.0, 0.0], [1000.0, 0.0]]), y), 500)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_categorical_crossentropy_of_certain_predictions_is_finite(beras: SimpleNamespace, dtype: type):
    loss_fn, y = beras.CategoricalCrossentropy(), np.eye(2, dtype=dtype)
    assert_allclose(loss_fn(y, y), 0, atol=1e-7)
    assert_allclose(loss_fn(1 - y, y), -np.log(1e-8), rtol=1e-6)
    assert np.all(np.isfinite(loss_fn.input_gradients()))


def test_accuracy_is_the_share_of_rows(beras: SimpleNamespace):
    probs = np.array([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5], [0.4, 0.5, 0.1], [0.4, 0.3, 0.3]])
    assert beras.CategoricalAccuracy()(probs, np.eye(3)[[0, 2, 0, 0]]) == 0.75


# --- optimizers ---

# Two steps on one number, from w = 10: optimizer, first and second gradient, w after one step and after two.
STEPS = {
    "sgd": (lambda b: b.BasicOptimizer(0.5), 2, -4, 9, 11),
    "rmsprop": (lambda b: b.RMSProp(0.1, beta=0.75, epsilon=0.5), 1, 2, 9.9, 9.9 - 0.2 / (1.1875**0.5 + 0.5)),
    "adam": (  # m = 0.5, 1.25; v = 0.25, 1.1875; m_hat = 1, 5/3; v_hat = 1, 1.1875 / 0.4375
        lambda b: b.Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0.25),
        *(1, 2, 10 - 0.1 / 1.25, 10 - 0.1 / 1.25 - 0.1 * (1.25 / 0.75) / ((1.1875 / 0.4375) ** 0.5 + 0.25)),
    ),
    "amsgrad": (  # v = 4, 3: the maximum stays 4; m = 2, 1; m_hat = 4, 4/3
        lambda b: b.Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0, amsgrad=True),
        *(4, 0, 9.9, 9.9 - 0.1 * (1 / 0.75) / (4 / 0.4375) ** 0.5),
    ),
    "adam-without-amsgrad": (
        lambda b: b.Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0),
        *(4, 0, 9.9, 9.9 - 0.1 * (1 / 0.75) / (3 / 0.4375) ** 0.5),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_optimizer_steps_by_hand(beras: SimpleNamespace, name: str):
    make, g1, g2, after_one, after_two = STEPS[name]
    optimizer, w = make(beras), np.array([10.0])
    optimizer.apply_gradients([w], [np.array([float(g1)])])
    assert_allclose(w, [after_one], rtol=1e-12)
    optimizer.apply_gradients([w], [np.array([float(g2)])])
    assert_allclose(w, [after_two], rtol=1e-12)


def test_optimizer_defaults(beras: SimpleNamespace):
    rmsprop, adam = beras.RMSProp(0.1), beras.Adam(0.1)
    assert (rmsprop.beta, rmsprop.epsilon) == (0.9, 1e-6)
    assert (adam.beta_1, adam.beta_2, adam.epsilon, adam.amsgrad) == (0.9, 0.999, 1e-7, False)


@pytest.mark.parametrize("name", STEPS)
def test_optimizer_works_in_place_and_leaves_gradients_alone(
    beras: SimpleNamespace, rng: np.random.Generator, name: str
):
    optimizer = STEPS[name][0](beras)
    whole = rng.normal(size=(4, N)).astype(np.float32)
    before, weights = whole.copy(), [whole[:2], whole[2:]]  # views
    grads = [rng.normal(size=(2, N)).astype(np.float32) for _ in weights]
    copies = [g.copy() for g in grads]
    for _ in range(3):
        optimizer.apply_gradients(weights, grads)
    assert np.all(whole != before)
    assert whole.dtype == np.float32
    assert_array_equal(grads, copies)


@pytest.mark.parametrize("shape", [(40_000,), (7, 10_007), (40_001, 1), (2, 40_000)])
@pytest.mark.parametrize("name", ["rmsprop", "amsgrad"])
def test_optimizer_changes_every_number_of_a_large_array_alike(
    beras: SimpleNamespace, name: str, shape: tuple[int, ...]
):
    make, g1, g2, _, after_two = STEPS[name]
    optimizer, w = make(beras), np.full(shape, 10.0)  # more than what is done at a time
    for g in (g1, g2):
        optimizer.apply_gradients([w], [np.full(shape, float(g))])
    assert_allclose(w, after_two, rtol=1e-12)


@pytest.mark.parametrize("name", ["rmsprop", "adam", "amsgrad"])
def test_optimizer_state_belongs_to_the_weight_not_to_its_place(beras: SimpleNamespace, name: str):
    make, g1, g2, _, after_two = STEPS[name]
    optimizer, first, second = make(beras), np.array([10.0]), np.array([10.0])
    optimizer.apply_gradients([first, second], [np.array([float(g1)]), np.array([7.0])])
    optimizer.apply_gradients([second, first], [np.array([7.0]), np.array([float(g2)])])
    assert_allclose(first, [after_two], rtol=1e-12)


def test_optimizer_state_is_not_inherited_from_an_array_that_died(beras: SimpleNamespace):
    optimizer = beras.RMSProp(0.1, beta=0.75, epsilon=0)
    for _ in range(50):  # ids of dead arrays are soon given to new ones
        w = np.zeros(3)
        optimizer.apply_gradients([w], [np.ones(3)])
        assert_allclose(w, np.full(3, -0.2), rtol=1e-12)
        del w


# --- model ---


def small_model(beras: SimpleNamespace, seed: int = 0) -> Any:
    np.random.seed(seed)
    layers = [beras.Dense(N, 8), beras.BatchNorm(8), beras.LeakyReLU(), beras.Dense(8, C)]
    model = beras.SequentialModel(layers)
    model.compile(beras.Adam(0.01), beras.CrossEntropyLoss(), beras.CategoricalAccuracy())
    return model


def small_data(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(rows, N)).astype(np.float32)
    return x, np.eye(C, dtype=np.float32)[np.argmax(x @ rng.normal(size=(N, C)), axis=1)]


def everything(model: Any) -> list[np.ndarray]:
    """A copy of all that training could change: weights, running statistics, optimizer state."""
    arrays = [array for layer in model.layers for array in layer.weights]
    arrays += [getattr(model.layers[1], name) for name in ("running_mean", "running_var")]
    arrays += [array for entry in model.optimizer.state.values() for array in entry]
    return [np.array(model.optimizer.t), *(array.copy() for array in arrays)]


@pytest.mark.parametrize(
    ("rows", "batch_size", "sizes"),
    [(12, 4, [4, 4, 4]), (11, 4, [4, 4]), (4, 4, [4]), (3, 4, [3]), (5, 1, [1, 1, 1, 1, 1])],
)
def test_fit_cuts_batches(
    beras: SimpleNamespace, rng: np.random.Generator, rows: int, batch_size: int, sizes: list[int]
):
    model, (x, y) = small_model(beras), small_data(rng, rows)
    model.batch_step = mock.Mock(side_effect=[{"loss": i, "acc": 1 / (i + 1)} for i in range(2 * len(sizes))])
    history = model.fit(x, y, epochs=2, batch_size=batch_size)
    calls = model.batch_step.call_args_list
    assert [len(call.args[0]) for call in calls] == [len(call.args[1]) for call in calls] == 2 * sizes
    assert_array_equal(np.concatenate([call.args[0] for call in calls[: len(sizes)]]), x[: sum(sizes)])
    assert all(call.kwargs == {"training": True} for call in calls)
    last = (len(sizes) - 1) / 2
    assert history["loss"] == [last, last + len(sizes)]
    assert len(history["acc"]) == 2


def test_fit_refuses_lengths_that_differ(beras: SimpleNamespace):
    with pytest.raises(ValueError, match="7 inputs but 6 labels"):
        small_model(beras).fit(np.zeros((7, N)), np.zeros((6, C)), epochs=1, batch_size=2)


def test_model_refuses_a_layer_that_is_no_diffable(beras: SimpleNamespace):
    with pytest.raises(AssertionError, match="every layer must be a Diffable"):
        beras.SequentialModel([beras.Dense(N, C), np.tanh])


def test_training_repeats_exactly_after_the_same_seed(beras: SimpleNamespace, rng: np.random.Generator):
    x, y = small_data(rng, 40)
    models = [small_model(beras, seed) for seed in (7, 7, 8)]
    histories = [model.fit(x, y, epochs=3, batch_size=8) for model in models]
    assert histories[0] == histories[1] != histories[2]
    for one, other in zip(everything(models[0]), everything(models[1])):
        assert_array_equal(one, other)


def test_training_stays_in_float32_and_learns(beras: SimpleNamespace, rng: np.random.Generator):
    model, (x, y) = small_model(beras), small_data(rng, 400)
    history = model.fit(x, y, epochs=30, batch_size=20)
    assert {weight.dtype for weight in model.trainable_variables} == {np.dtype(np.float32)}
    assert model(x).dtype == np.float32
    assert history["loss"][-1] < history["loss"][0] / 3
    assert history["acc"][-1] > 0.75  # a sixth by chance


def test_evaluate_changes_nothing(beras: SimpleNamespace, rng: np.random.Generator):
    model, (x, y) = small_model(beras), small_data(rng, 21)
    model.fit(x, y, epochs=1, batch_size=4)
    before = everything(model)
    first, second = model.evaluate(x, y, batch_size=4), model.evaluate(x, y, batch_size=4)
    assert first == second
    for now, then in zip(everything(model), before, strict=True):
        assert_array_equal(now, then)
    assert beras.Diffable.gradient_tape is None


@pytest.mark.parametrize("batch_size", [1, 4, 21, 100])
def test_evaluate_counts_every_example_once(beras: SimpleNamespace, rng: np.random.Generator, batch_size: int):
    model, (x, y) = small_model(beras), small_data(rng, 21)
    model.fit(x, y, epochs=2, batch_size=7)
    whole = model.batch_step(x, y, training=False)
    result = model.evaluate(x, y, batch_size=batch_size)
    assert {name: len(values) for name, values in result.items()} == {"loss": 1, "acc": 1}
    assert_allclose([result["loss"][0], result["acc"][0]], [whole["loss"], whole["acc"]], rtol=1e-5)


def test_batch_step_sets_training_and_reports_the_loss_before_the_step(
    beras: SimpleNamespace, rng: np.random.Generator
):
    model, (x, y) = small_model(beras), small_data(rng, 9)
    model.batch_step(x, y, training=False)
    assert model.layers[1].training is False
    assert not hasattr(model.layers[0], "training")
    expected = model.loss_fn(small_model(beras)(x), y)  # the same seed, before any step, batch statistics
    assert model.batch_step(x, y)["loss"] == expected
    assert model.layers[1].training is True


def test_frozen_layer_is_not_trained(beras: SimpleNamespace, rng: np.random.Generator):
    model, (x, y) = small_model(beras), small_data(rng, 9)
    model.layers[0].trainable = False
    before = [[w.copy() for w in layer.weights] for layer in model.layers]
    model.batch_step(x, y)
    changed = [
        [not np.array_equal(w, copy) for w, copy in zip(layer.weights, copies)]
        for layer, copies in zip(model.layers, before)
    ]
    assert changed == [[False, False], [True, True], [], [True, True]]


def test_batch_norm_statistics(beras: SimpleNamespace):
    layer = beras.BatchNorm(1, momentum=0.75, epsilon=0)
    assert_allclose(layer(np.array([[1.0], [5.0]])), [[-1], [1]])
    assert_allclose([layer.running_mean, layer.running_var], [[0.25 * 3], [0.75 + 0.25 * 4]])
    layer.training = False
    assert_allclose(layer(np.array([[0.75]])), [[0]], atol=1e-7)
    assert_allclose(layer(np.array([[0.75 + 1.75**0.5]])), [[1]], rtol=1e-6)
    assert_allclose([layer.running_mean, layer.running_var], [[0.75], [1.75]])


# --- assignment, preprocess, visualize ---


def write_mnist(folder: Path, rng: np.random.Generator, rows: dict[str, int]) -> dict[str, tuple]:
    """Small files in MNIST's format; returns the bytes in them."""
    (folder / "mnist").mkdir()
    written = {}
    for split, count in rows.items():
        images = rng.integers(256, size=(count, 28, 28), dtype=np.uint8)
        images[0, 0, :2] = 0, 255
        labels = rng.integers(10, size=count, dtype=np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = np.array([0x0800 + array.ndim, *array.shape], dtype=">u4").tobytes()
            with gzip.open(folder / "mnist" / f"{split}-{kind}-ubyte.gz", "wb") as file:
                file.write(header + array.tobytes())
        written[split] = images, labels
    return written


def test_mnist_is_read(beras: SimpleNamespace, rng: np.random.Generator, tmp_path: Path):
    written = write_mnist(tmp_path, rng, {"train": 7, "t10k": 4})
    for subset, split in (("train", "train"), ("test", "t10k")):
        images, labels = written[split]
        flat, read_labels = beras.get_data_MNIST(subset, data_path=str(tmp_path))
        assert_array_equal(flat, images.reshape(-1, 784).astype(np.float32) / np.float32(255))
        assert flat.dtype == np.float32
        assert (flat.min(), flat.max()) == (0, 1)
        assert_array_equal(read_labels, labels)
        assert read_labels.dtype == np.uint8
        square, _ = beras.get_data_MNIST(subset, data_path=tmp_path, is_reshape=False)
        assert_array_equal(square, flat.reshape(-1, 28, 28, 1))
        assert flat.flags.writeable
        assert read_labels.flags.writeable


def test_mnist_subset_that_is_unknown_is_named(beras: SimpleNamespace, tmp_path: Path):
    with pytest.raises(AssertionError, match="'validation', choose 'train' or 'test'"):
        beras.get_data_MNIST("validation", data_path=tmp_path)


def layer_counts(beras: SimpleNamespace, model: Any) -> tuple[int, int]:
    """How many Dense layers, how many activations."""
    dense = sum(isinstance(layer, beras.Dense) for layer in model.layers)
    return dense, sum(isinstance(layer, beras.LeakyReLU | beras.Softmax) for layer in model.layers)


def test_components_have_the_shape_that_is_asked_for(beras: SimpleNamespace):
    dense, activations = layer_counts(beras, beras.get_simple_model_components().model)
    assert dense <= 1
    assert activations <= 1
    dense, activations = layer_counts(beras, beras.get_advanced_model_components().model)
    assert dense >= 2
    assert activations >= 2


def run_assignment(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "assignment.py", *arguments]
    return subprocess.run(command, cwd=REFERENCE, capture_output=True, text=True, timeout=120, check=False)


def test_assignment_reaches_both_thresholds():
    run = run_assignment("--data", str(ROOT / "data"))
    assert run.returncode == 0, run.stderr
    reached = dict(re.findall(r"(\w+): test accuracy ([\d.]+)%", run.stdout))
    assert float(reached["simple"]) > 85
    assert float(reached["advanced"]) > 95
    assert "advanced: epoch 1 of" in run.stdout


def test_assignment_without_data_says_where_it_belongs(tmp_path: Path):
    run = run_assignment("--data", str(tmp_path))
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert f"belong in {tmp_path}/mnist" in run.stderr


def test_pictures_are_drawn_with_what_the_model_says(beras: SimpleNamespace, rng: np.random.Generator):
    pyplot = mock.Mock()
    curves, digits = [mock.Mock(), mock.Mock()], [[mock.Mock() for _ in range(10)] for _ in range(2)]
    pyplot.subplots.side_effect = [(mock.Mock(), curves), (mock.Mock(), digits)]
    inputs, labels = rng.random((30, 784)), rng.integers(10, size=30)
    stand_in = {"matplotlib": mock.Mock(pyplot=pyplot), "matplotlib.pyplot": pyplot}
    with mock.patch.dict(sys.modules, stand_in):
        beras.visualize_metrics([2.0, 1.0], [0.5, 0.75])
        beras.visualize_images(lambda x: np.eye(10)[[0] * len(x)], inputs, labels, num_searching=25)
    assert_array_equal(curves[1].plot.call_args.args[1], [0.5, 0.75])
    titles = [[axis.set_title.call_args.args[0] for axis in row if axis.set_title.called] for row in digits]
    assert set(titles[0]) <= {"0"}
    assert titles[1]
    assert all(title.startswith("0, is ") and not title.endswith(" 0") for title in titles[1])
    assert pyplot.show.call_count == 2
