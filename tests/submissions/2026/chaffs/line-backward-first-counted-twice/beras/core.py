"""Tensor, Callable, Weighted, Diffable: what a network is made of.

A Diffable knows its own local derivatives and nothing of its neighbours. When it is called it keeps the very
arrays that went in and came out, and leaves on each that came out the way back: the array's `backward` is that of
the layer which made it. So a loss starts `backward`, every layer puts the gradients of its parameters where they
belong and goes on with the arrays that went in. One convention holds everywhere: a layer *sums* over the batch, and
the loss, which is a mean, brings the 1/B along in its own gradient.

Letters: B examples in a batch, n inputs of a layer, m outputs, C classes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np


def nothing(grad: Any = None) -> None:
    """The `backward` of an array that no layer made: there is nobody to tell."""


class Tensor(np.ndarray):
    """An array that takes part in training.

    grad            the derivative of a loss for this array, in its shape; None until a layer's `backward` fills it
    requires_grad   whether that is wanted: True at first. A parameter is frozen by setting it to False
    backward        takes a list with one upstream gradient, or nothing for a loss. Once a layer has made this array,
                    that layer's `backward`; until then a function that does nothing
    name            what to call it, for your own messages

    What is computed or sliced from a Tensor starts with its attributes, `backward` among them.
    """

    requires_grad = True  # what new Tensors start with

    def __new__(cls, input_array: Any, name: str | None = None) -> "Tensor":
        """A Tensor with the numbers of input_array: a list, an array, or a Tensor, which is returned itself."""
        if isinstance(input_array, cls):
            return input_array
        tensor = np.asarray(input_array).view(cls)
        tensor.name = name
        return tensor

    def __array_finalize__(self, source: Any) -> None:
        self.grad = getattr(source, "grad", None)
        self.requires_grad = getattr(source, "requires_grad", Tensor.requires_grad)
        self.backward = getattr(source, "backward", nothing)
        self.name = getattr(source, "name", None)

    def assign(self, value: Any) -> None:
        """Take the numbers of value, in place: every view of this Tensor, and every layer that holds it, sees them."""
        self[...] = value

    def get_name(self) -> str:
        """Its name, or that of its class."""
        return self.name or type(self).__name__

    def to(self, device: str) -> "Tensor":
        """The Tensor itself: NumPy knows one device, and everything is there."""
        return self

    class no_grad:
        """While it is open, new Tensors start with `requires_grad` False. The homework can do without."""

        def __enter__(self) -> None:
            Tensor.requires_grad = False

        def __exit__(self, *exception: object) -> None:
            Tensor.requires_grad = True


class Named:
    """Something with a name, by default that of its class."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def get_name(self) -> str:
        """Its name, or that of its class."""
        return getattr(self, "name", None) or type(self).__name__


class Callable(ABC, Named):
    """Something that is called like a function: `thing(x)` is `Tensor(thing.forward(x))`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        return Tensor(self.forward(*args, **kwargs))

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output."""


class Weighted(ABC):
    """Something with parameters, each of which may be frozen by itself."""

    @property
    @abstractmethod
    def parameters(self) -> Sequence[Tensor]:
        """All parameters, the arrays themselves and always in the same order."""

    @property
    def trainable_variables(self) -> list[Tensor]:
        """The parameters whose `requires_grad` is true, in the order of `parameters`."""
        return [parameter for parameter in self.parameters if parameter.requires_grad]

    @property
    def non_trainable_variables(self) -> list[Tensor]:
        """The parameters whose `requires_grad` is false, in the order of `parameters`."""
        return [parameter for parameter in self.parameters if not parameter.requires_grad]

    @property
    def trainable(self) -> bool:
        """Whether any of the parameters requires a gradient."""
        return any(parameter.requires_grad for parameter in self.parameters)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        """Set `requires_grad` of every parameter: True undoes False, and the other way round."""
        for parameter in self.parameters:
            parameter.requires_grad = trainable


class Diffable(Callable, Weighted):
    """A Callable with derivatives: every layer, activation and loss.

    inputs     the arguments of the last call, the very objects, as a list
    outputs    what the last call returned, the very objects, as a list
    argnames   the names of forward's arguments, and
    ins        the same arguments by these names
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward`, and what the gradients need is kept. Only a call leaves a way back, `layer.forward(x)` does not.

        What `forward` returns has to be a Tensor, or several: nothing else can carry a `backward`.
        """
        code = self.forward.__code__
        self.argnames = code.co_varnames[1 : code.co_argcount]  # without self
        self.ins = dict(zip(self.argnames, args)) | kwargs
        self.inputs = list(self.ins.values())
        result = self.forward(*args, **kwargs)
        self.outputs = list(result) if isinstance(result, list | tuple) else [result]
        for output in self.outputs:
            output.backward = self.backward
        return self.outputs if isinstance(result, list | tuple) else result

    @property
    def parameters(self) -> Sequence[Tensor]:
        """None, unless a layer says otherwise."""
        return []

    def to(self, device: str) -> "Diffable":
        """The layer itself: NumPy knows one device, and everything is there."""
        return self

    def backward(self, grad=None):
        weight_grads = self.compose_weight_gradients(grad)
        for p, g in zip(self.parameters, weight_grads):
            if not p.requires_grad:
                continue
            if p.grad is None:
                p.grad = g
            p.grad = p.grad + g
        input_grads = self.compose_input_gradients(grad)
        for i in range(len(self.inputs)):
            if hasattr(self.inputs[i], "backward"):
                self.inputs[i].backward([input_grads[i]])

    @abstractmethod
    def get_input_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(input), at the last inputs, one array for each of `inputs`.

        Entry [i, j] is d(output j)/d(input i): (n, m) if it is the same for the whole batch, (B, n, m) if each
        example has its own. An element-wise layer returns only the diagonals, in the shape of its input, and
        overrides `compose_input_gradients`. A loss returns the derivative for each entry of its inputs.
        """

    @abstractmethod
    def get_weight_gradients(self) -> list[Tensor]:
        """The local derivatives d(output)/d(parameter), at the last inputs, one array for each of `parameters`.

        An array with three axes holds one for each example: [b, i, j] says how output j of example b moves with
        parameter [i, j], and an axis along which nothing changes may have length 1. Any other array is the same
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
        """Chain rule, towards the parameters: a *list* of upstream gradients in, one gradient a parameter out.

        Each is the sum over the batch of local gradient * J[b], in the shape of its parameter.
        """
        local = self.get_weight_gradients()
        if J is None or J[0] is None:
            return local
        return [sum_of_products(gradient, up, w.shape) for up in J for w, gradient in zip(self.parameters, local)]


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
