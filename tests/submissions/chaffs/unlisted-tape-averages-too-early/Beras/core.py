from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @abstractmethod
    def forward(self, *args, **kwargs):
        """the output"""


class Diffable(Callable):
    gradient_tape = None
    weights = ()

    def __init__(self):
        self.trainable = True

    def __call__(self, *args, **kwargs):
        tape = Diffable.gradient_tape
        if tape is not None:
            tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self):
        """d output / d input"""

    def weight_gradients(self):
        """d output / d weights"""
        return ()

    def compose_to_input(self, J):
        jac = np.asarray(self.input_gradients())
        if jac.ndim == 2:
            return J @ jac.T
        return np.einsum("bnm,bm->bn", jac, J)

    def compose_to_weight(self, J):
        composed = []
        for weight, jac in zip(self.weights, self.weight_gradients()):
            jac = np.asarray(jac)
            product = jac * J[:, None, :] if jac.ndim == 3 else jac * J
            composed.append(product.mean(axis=0).reshape(weight.shape))
        return composed


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *args):
        Diffable.gradient_tape = None

    def gradient(self):
        grads = []
        J = self.operations[-1].input_gradients()
        J = np.tile(J.mean(axis=0), (len(J), 1))
        for i in range(len(self.operations) - 2, -1, -1):
            operation = self.operations[i]
            if operation.trainable:
                grads = operation.compose_to_weight(J) + grads
            J = operation.compose_to_input(J)
        return grads
