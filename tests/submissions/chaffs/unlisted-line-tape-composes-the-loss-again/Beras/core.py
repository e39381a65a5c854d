"""Callable, Diffable, GradientTape: the chain rule, once, for every network.

A Diffable knows its own local derivatives and nothing of its neighbours; the tape writes down which Diffables
were called and walks back over them from the loss. One convention holds everywhere: the gradient that is
handed from layer to layer is that of each example's own loss, and the mean over the batch is taken in
`compose_to_weight`.

Letters: B examples in a batch, n inputs of a layer, m outputs.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np


class Callable(ABC):
    """Something that is called like a function: `thing(x)` is `thing.forward(x)`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output."""


class Diffable(Callable):
    """A Callable with derivatives: every layer, activation and loss.

    A subclass keeps in `forward` whatever its gradients need later, and lists its arrays in `weights`.

    gradient_tape   the tape that is recording now, or None; one for all, so set it on `Diffable` itself
    trainable       False freezes the layer: the gradient passes through, its own weights get none
    weights         the arrays that the optimizer changes in place; none by default
    """

    gradient_tape: "GradientTape | None" = None
    weights: Sequence[np.ndarray] = ()

    def __init__(self) -> None:
        self.trainable = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self) -> np.ndarray:
        """The local Jacobian d(output)/d(input) at the last input; entry [i, j] is d(output j)/d(input i).

        Shape (n, m) if it is the same for the whole batch, (B, n, m) if each example has its own. An
        element-wise layer returns only the diagonals, in the shape of its input, and overrides
        `compose_to_input`.
        """

    def weight_gradients(self) -> Sequence[np.ndarray]:
        """The local derivative d(output)/d(weight) at the last input, one array for each of `weights`.

        Entry [b, i, j] says how output j of example b moves with weight [i, j]; any shape that broadcasts
        against the upstream gradient will do: (B, n, m) or (B, n, 1) for a weight (n, m), and (B, m), (1, m)
        or (m,) for a weight with one number an output.
        """
        return ()

    def compose_to_input(self, J: np.ndarray) -> np.ndarray:
        """Chain rule, towards the input: upstream gradient J (B, m) in, (B, n) out, each example by itself.

        Row b of the result is example b's Jacobian times J[b].
        """
        jacobian = np.asarray(self.input_gradients())
        if jacobian.ndim == 2:
            return J @ jacobian.T  # (B, m) @ (m, n)
        return (jacobian @ J[:, :, None])[:, :, 0]  # (B, n, m) @ (B, m, 1)

    def compose_to_weight(self, J: np.ndarray) -> list[np.ndarray]:
        """Chain rule, towards the weights: one gradient a weight, in that weight's shape.

        Each is the mean over the batch of weight_gradient * J[b]. ValueError if there is not one gradient a
        weight.
        """
        gradients = self.weight_gradients()
        if len(gradients) != len(self.weights):
            raise ValueError(
                f"{type(self).__name__}.weight_gradients() returned {len(gradients)} arrays for "
                f"{len(self.weights)} weights: return one for each of `weights`, in the same order"
            )
        J = J / len(J)  # the mean over the batch: from here on a sum is enough
        composed = []
        for weight, gradient in zip(self.weights, map(np.asarray, gradients)):
            if gradient.ndim == 3 and gradient.shape[0] == len(J) and gradient.shape[2] == 1:
                total = gradient[:, :, 0].T @ J  # the sum over b as one product, (n, B) @ (B, m)
            elif gradient.ndim == 3:
                total = (gradient * J[:, None, :]).sum(axis=0)  # (B, n, m) -> (n, m)
            else:
                total = (gradient * J).sum(axis=0)  # (B, m) -> (m,)
            composed.append(total.reshape(weight.shape))
        return composed


class GradientTape:
    """Records the Diffables that are called while it is open, then differentiates the last one, the loss.

        with GradientTape() as tape:
            loss = loss_fn(layer(x), y)
        grad_w, grad_b = tape.gradient()

    On entering, it becomes `Diffable.gradient_tape`; on leaving, by an exception too, that is None again. A
    tape holds one step: take a new one for the next.

    operations   the recorded Diffables, in the order of their calls
    """

    def __init__(self) -> None:
        self.operations: list[Diffable] = []

    def __enter__(self) -> "GradientTape":
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exception: object) -> None:
        Diffable.gradient_tape = None

    def gradient(self) -> list[np.ndarray]:
        """The derivative of the loss's value for every trainable weight: [dL/dw1, dL/db1, dL/dw2, ...].

        The loss is the last of `operations`. The list is in the order of the layers, each array in its
        weight's shape. A layer with `trainable = False` passes the gradient on and adds nothing to the list.
        """
        chain = list(self.operations)
        loss = chain.pop()
        upstream = loss.input_gradients()
        collected = []
        while chain:
            layer = chain.pop()
            if layer.trainable and len(layer.weights) > 0:
                collected.insert(0, layer.compose_to_weight(upstream))
            upstream = layer.compose_to_input(loss.input_gradients())
        return [grad for grads in collected for grad in grads]
