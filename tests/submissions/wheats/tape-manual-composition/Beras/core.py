from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @abstractmethod
    def forward(self, *args, **kwargs):
        pass


class Diffable(Callable):
    gradient_tape = None
    weights = ()

    def __init__(self):
        self.trainable = True

    def __call__(self, *args, **kwargs):
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self):
        pass

    def weight_gradients(self):
        return ()

    def compose_to_input(self, J):
        return propagate(self.input_gradients(), J)

    def compose_to_weight(self, J):
        return [
            average(gradient, J).reshape(weight.shape)
            for weight, gradient in zip(self.weights, self.weight_gradients())
        ]


def propagate(jacobian, J):
    jacobian = np.asarray(jacobian)
    if jacobian.ndim == 2:
        return np.einsum("nm,bm->bn", jacobian, J, optimize=True)
    return np.einsum("bnm,bm->bn", jacobian, J, optimize=True)


def average(gradient, J):
    gradient = np.asarray(gradient)
    B, m = J.shape
    if gradient.ndim == 3 and gradient.shape[2] == 1:
        return np.einsum("bn,bm->nm", np.broadcast_to(gradient[:, :, 0], (B, gradient.shape[1])), J, optimize=True) / B
    if gradient.ndim == 3:
        return np.einsum("bnm,bm->nm", np.broadcast_to(gradient, (B,) + gradient.shape[1:]), J) / B
    return np.einsum("bm,bm->m", np.broadcast_to(gradient, (B, m)), J) / B


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exc):
        Diffable.gradient_tape = None

    def gradient(self):
        """Backpropagation. I wanted to see the sums, so I write them here."""
        grads = []
        J = self.operations[-1].input_gradients()
        for layer in reversed(self.operations[:-1]):
            own_input = type(layer).compose_to_input is not Diffable.compose_to_input
            own_weight = type(layer).compose_to_weight is not Diffable.compose_to_weight

            if layer.trainable:
                if own_weight:
                    new = list(layer.compose_to_weight(J))
                else:
                    pairs = zip(layer.weights, layer.weight_gradients())
                    new = [average(gradient, J).reshape(weight.shape) for weight, gradient in pairs]
                grads = new + grads

            # LeakyReLU and others know better how to do it
            J = layer.compose_to_input(J) if own_input else propagate(layer.input_gradients(), J)
        return grads
