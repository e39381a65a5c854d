from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    @abstractmethod
    def forward(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)


class Diffable(Callable):
    gradient_tape = None

    def __init__(self):
        self.trainable = True
        self.weights = []

    def __call__(self, *args, **kwargs):
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return self.forward(*args, **kwargs)

    @abstractmethod
    def input_gradients(self, grad):
        pass

    def weight_gradients(self, *grad):
        return ()

    def compose_to_input(self, J):
        local = np.asarray(self.input_gradients())
        if len(local.shape) == 2:
            return J.dot(local.T)
        return (local * J[:, None, :]).sum(axis=2)

    def compose_to_weight(self, J):
        out = []
        for weight, local in zip(self.weights, self.weight_gradients()):
            local = np.asarray(local)
            if local.ndim == 3:
                out.append((local * J[:, None, :]).sum(axis=0) / len(J))
            else:
                out.append(((local * J).sum(axis=0) / len(J)).reshape(weight.shape))
        return out


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, a, b, c):
        Diffable.gradient_tape = None

    def gradient(self):
        per_layer = []
        grad = self.operations[-1].input_gradients(1.0)
        for layer in reversed(self.operations[:-1]):
            if layer.trainable:
                per_layer.append(layer.compose_to_weight(grad))
            grad = layer.compose_to_input(grad)
        per_layer.reverse()
        return [g for grads in per_layer for g in grads]
