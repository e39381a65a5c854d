"""Tensor, Callable, Weighted, Diffable: what a network is made of.

A Diffable knows its own local derivatives and nothing of its neighbours. When it is called it keeps the very
arrays that went in and came out, and an open tape writes down which layer made which array: so the tape can
walk back later, from array to array. One convention holds everywhere: a layer *sums* over the batch, and the
loss, which is a mean, brings the 1/B along in its own gradient.

Letters: B examples in a batch, n inputs of a layer, m outputs, C classes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .gradient_tape import GradientTape


class Tensor(np.ndarray):
    """An array that knows whether it may be trained.

    trainable   True at first. What is computed or sliced from a Tensor starts with its flag
    """

    trainable: bool

    def __new__(cls, input_array: Any) -> "Tensor":
        """A Tensor with the numbers of input_array: a list, an array, or a Tensor, which is returned itself."""
        if isinstance(input_array, cls):
            return input_array
        tensor = np.asarray(input_array).view(cls)
        tensor.trainable = True
        return tensor

    def __array_finalize__(self, source: Any) -> None:
        self.trainable = getattr(source, "trainable", True)

    def assign(self, value: Any) -> None:
        """Take the numbers of value, in place: every view of this Tensor, and every layer that holds it, sees them."""
        self[...] = value


class Variable(Tensor):
    """A Tensor that is meant to change: the weights of a layer."""


class Callable(ABC):
    """Something that is called like a function: `thing(x)` is `Tensor(thing.forward(x))`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        return Tensor(self.forward(*args, **kwargs))

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output."""


class Weighted(ABC):
    """Something with weights, each of which may be frozen by itself."""

    @property
    @abstractmethod
    def weights(self) -> Sequence[Tensor]:
        """All weights, the arrays themselves and always in the same order."""

    @property
    def trainable_variables(self):
        chosen = []
        for weight in self.weights:
            if weight.trainable:
                chosen.append(weight)
                return chosen

    @property
    def non_trainable_variables(self):
        chosen = []
        for weight in self.weights:
            if not weight.trainable:
                chosen.append(weight)
        return chosen

    @property
    def trainable(self):
        for weight in self.weights:
            if weight.trainable:
                return True
        return False

    @trainable.setter
    def trainable(self, trainable):
        for weight in self.weights:
            weight.trainable = trainable


class Diffable(Callable, Weighted):
    """A Callable with derivatives: every layer, activation and loss.

    gradient_tape   the tape that is recording now, or None; one for all, so it is set on `Diffable` itself
    inputs          the arguments of the last call, the very objects, as a list
    outputs         what the last call returned, the very objects, as a list
    argnames        the names of forward's arguments, and
    input_dict      the same arguments by these names
    """

    gradient_tape: "GradientTape | None" = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward`, and what the gradients need is kept. Only a call is recorded, `layer.forward(x)` is not."""
        code = self.forward.__code__
        self.argnames = code.co_varnames[1 : code.co_argcount]  # without self
        self.input_dict = dict(zip(self.argnames, args)) | kwargs
        self.inputs = list(self.input_dict.values())
        result = self.forward(*args, **kwargs)
        self.outputs = list(result) if isinstance(result, list | tuple) else [result]
        if Diffable.gradient_tape is not None:
            for output in self.outputs:
                Diffable.gradient_tape.previous_layers[id(output)] = self
        return self.outputs if isinstance(result, list | tuple) else result

    @abstractmethod
    def get_input_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(input), at the last inputs, one array for each of `inputs`.

        Entry [i, j] is d(output j)/d(input i): (n, m) if it is the same for the whole batch, (B, n, m) if each
        example has its own. An element-wise layer returns only the diagonals, in the shape of its input, and
        overrides `compose_input_gradients`. A loss returns the derivative for each entry of its inputs.
        """

    @abstractmethod
    def get_weight_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(weight), at the last inputs, one array for each of `weights`.

        An array with three axes holds one for each example: [b, i, j] says how output j of example b moves with
        weight [i, j], and an axis along which nothing changes may have length 1. Any other array is the same
        for all examples. It has to be an array of floats: its dtype is that of the composed gradient.
        """

    def compose_input_gradients(self, J: Sequence[np.ndarray] | None = None) -> list[Tensor]:
        """Chain rule, towards the inputs: a *list* of upstream gradients (B, m) in, a list of (B, n) out.

        Row b is local Jacobian times J[b]. Without J, or with [None], the layer is where the chain starts, and
        its local gradients are the answer.
        """
        local = self.get_input_gradients()
        if J is None or J[0] is None:
            return local
        return [times_jacobian(gradient, up, np.shape(x)) for up in J for x, gradient in zip(self.inputs, local)]

    def compose_weight_gradients(self, J: Sequence[np.ndarray] | None = None) -> list[Tensor]:
        """Chain rule, towards the weights: a *list* of upstream gradients in, one gradient a weight out.

        Each is the sum over the batch of local gradient * J[b], in the shape of its weight.
        """
        local = self.get_weight_gradients()
        if J is None or J[0] is None:
            return local
        return [sum_of_products(gradient, up, w.shape) for up in J for w, gradient in zip(self.weights, local)]


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
