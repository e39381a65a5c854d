"""Tensor, Callable, Weighted, Diffable, GradientTape: the chain rule, once, for every network.

A Diffable knows its own local derivatives and nothing of its neighbours. When it is called it keeps the very
arrays that went in and came out, and an open tape writes down which layer made which array: so the tape can
walk back later, from array to array. One convention holds everywhere: a layer *sums* over the batch, and the
loss, which is a mean, brings the 1/B along in its own gradient.

Letters: B examples in a batch, n inputs of a layer, m outputs, C classes.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np


class Tensor(np.ndarray):
    """An array that knows whether it may be trained.

    trainable   True at first. What is computed or sliced from a Tensor starts with its flag
    """

    trainable: bool

    def __new__(cls, input_array: Any) -> "Tensor":
        """A Tensor with the numbers of input_array: a list, an array, or a Tensor."""
        tensor = np.asarray(input_array).view(cls)
        tensor.trainable = True
        return tensor

    def __array_finalize__(self, source: Any) -> None:
        self.trainable = getattr(source, "trainable", True)


Variable = Tensor  # the weights of a layer, which are meant to change


class Callable(ABC):
    """Something that is called like a function: `thing(x)` is `Tensor(thing.call(x))`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        return Tensor(self.call(*args, **kwargs))

    @abstractmethod
    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output."""


class Weighted(ABC):
    """Something with weights, each of which may be frozen by itself."""

    @property
    @abstractmethod
    def weights(self) -> Sequence[Tensor]:
        """All weights, the arrays themselves and always in the same order."""

    @property
    def trainable_weights(self) -> list[Tensor]:
        """The weights whose `trainable` is true, in the order of `weights`."""
        return [weight for weight in self.weights if weight.trainable]

    @property
    def non_trainable_weights(self) -> list[Tensor]:
        """The weights whose `trainable` is false, in the order of `weights`."""
        return [weight for weight in self.weights if not weight.trainable]

    @property
    def trainable(self) -> bool:
        """Whether any of the weights is trainable."""
        return any(weight.trainable for weight in self.weights)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        """Set `trainable` of every weight: True undoes False, and the other way round."""
        for weight in self.weights:
            weight.trainable = trainable


class Diffable(Callable, Weighted):
    """A Callable with derivatives: every layer, activation and loss.

    gradient_tape   the tape that is recording now, or None; one for all, so it is set on `Diffable` itself
    inputs          the arguments of the last call, the very objects, as a list
    outputs         what the last call returned, the very objects, as a list
    argnames        the names of call's arguments, and
    input_dict      the same arguments by these names
    """

    gradient_tape: "GradientTape | None" = None

    def __call__(self, *args, **kwargs):
        self.argnames = self.call.__code__.co_varnames[1:]
        self.input_dict = dict(zip(self.argnames, args))
        self.input_dict.update(kwargs)
        self.inputs = [self.input_dict[name] for name in self.argnames if name in self.input_dict]
        self.outputs = self.call(*args, **kwargs)
        several = isinstance(self.outputs, (list, tuple))
        if not several:
            self.outputs = [self.outputs]
        if Diffable.gradient_tape is not None:
            for output in self.outputs:
                Diffable.gradient_tape.prevs[id(output)] = self
        return self.outputs if several else self.outputs[0]

    @property
    def weights(self) -> Sequence[Tensor]:
        """None, unless a subclass has some."""
        return []

    def input_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(input), at the last inputs, one array for each of `inputs`.

        Entry [i, j] is d(output j)/d(input i): (n, m) if it is the same for the whole batch, (B, n, m) if each
        example has its own. An element-wise layer returns only the diagonals, in the shape of its input, and
        overrides `compose_to_input`. A loss returns the derivative for each entry of its inputs.
        """
        return []

    def weight_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(weight), at the last inputs, one array for each of `weights`.

        An array with three axes holds one for each example: [b, i, j] says how output j of example b moves with
        weight [i, j], and an axis along which nothing changes may have length 1. Any other array is the same
        for all examples. It has to be an array of floats: its dtype is that of the composed gradient.
        """
        return []

    def compose_to_input(self, J=None):
        if J is None or J[0] is None:
            return self.input_gradients()
        composed = []
        for up in J:
            for x, local in zip(self.inputs, self.input_gradients()):
                one = np.zeros(x.shape, dtype=local.dtype)
                for b in range(up.shape[0]):
                    jacobian = local[b] if len(local.shape) == 3 else local
                    try:
                        one[b] = jacobian @ up[b]
                    except ValueError as error:
                        raise ValueError(f"row {b}, {jacobian.shape} times {up[b].shape}: {error}") from error
                composed.append(one)
        return composed

    def compose_to_weight(self, J=None):
        if J is None or J[0] is None:
            return self.weight_gradients()
        composed = []
        for up in J:
            for weight, local in zip(self.weights, self.weight_gradients()):
                each = np.zeros((up.shape[0], *weight.shape), dtype=local.dtype)
                for b in range(up.shape[0]):
                    gradient = local[b] if len(local.shape) == 3 else local
                    try:
                        each[b] = gradient * up[b]
                    except ValueError as error:
                        raise ValueError(f"row {b}, {gradient.shape} with {up[b].shape}: {error}") from error
                composed.append(np.sum(each, axis=0))
        return composed

def times_jacobian(gradient: np.ndarray, up: np.ndarray, shape: tuple[int, ...]) -> Tensor:
    """The rows gradient @ up[b], or gradient[b] @ up[b] for three axes, in an array of the given shape."""
    composed = np.empty(shape, dtype=gradient.dtype)
    composed[...] = (gradient @ up[:, :, None])[:, :, 0] if gradient.ndim == 3 else up @ gradient.T  # (B, n)
    return Tensor(composed)


def sum_of_products(gradient: np.ndarray, up: np.ndarray, shape: tuple[int, ...]) -> Tensor:
    """The sum over b of gradient * up[b], or of gradient[b] * up[b] for three axes; each of the given shape."""
    if gradient.ndim == 3 and gradient.shape[2] == 1 and np.issubdtype(gradient.dtype, np.inexact):
        return Tensor((gradient[:, :, 0].T @ up).astype(gradient.dtype, copy=False))  # (n, B) @ (B, m)
    shared = max(gradient.ndim, 1) if gradient.ndim != 3 else 2  # axes of one example's gradient
    products = gradient * up.reshape(len(up), *(1,) * (shared - 1), -1)  # (B, ..., m)
    each = np.empty((len(up), *shape), dtype=gradient.dtype)
    each[...] = products.reshape(len(up), *(1,) * (each.ndim - products.ndim), *products.shape[1:])
    return Tensor(each.sum(axis=0))


class GradientTape:
    """Records who made which array, then differentiates one of them, the loss.

        with GradientTape() as tape:
            loss = loss_fn(layer(x), y)
        grad_w, grad_b = tape.gradient(loss, layer.trainable_weights)

    On entering, it becomes `Diffable.gradient_tape`, and RuntimeError if there is one already; on leaving, by an
    exception too, that is None again.

    prevs   id of an array -> the Diffable whose output it is; None for an array that no layer made
    """

    def __init__(self) -> None:
        self.prevs: defaultdict[int, Diffable | None] = defaultdict(lambda: None)

    def __enter__(self) -> "GradientTape":
        if Diffable.gradient_tape is not None:
            raise RuntimeError("GradientTape: another tape is open already, and one inside another cannot record")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exception: object) -> None:
        Diffable.gradient_tape = None

    def gradient(self, target: Tensor, sources: Sequence[Tensor]) -> list[Tensor]:
        """The derivative of target, a loss, for each of sources: a list in their order, each in its source's shape.

        Sources may be any weights of the layers between, in any order; None for one that target does not depend
        on. The walk: take an array from the queue and ask `prevs` for the layer that made it. What is
        known of the array's own gradient is the J of that layer's compose methods, a list with one entry, [None]
        for the target. They give the gradients of the layer's weights and inputs; the inputs are the next in the
        queue.
        """
        queue = [target]
        grads = defaultdict(lambda: None)
        grads[id(target)] = None
        # TODO: Populate grads using the provided queue
        while queue:
            current = queue.pop(0)
            layer = self.prevs[id(current)]
            if layer is not None:
                queue.extend(layer.inputs)
        return [grads[id(source)][0] for source in sources]
