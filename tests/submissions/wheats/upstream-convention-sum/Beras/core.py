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

    def __init__(self):
        self.trainable = True
        self.weights = []

    def __call__(self, *args, **kwargs):
        tape = Diffable.gradient_tape
        if tape is not None:
            tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self, *args):
        pass

    def weight_gradients(self, *args):
        return ()

    # given; my own layers do not need them because their gradient methods take eta
    def compose_to_input(self, J):
        local = np.asarray(self.input_gradients())
        if local.ndim == 2:
            return J @ local.T
        return np.einsum("bnm,bm->bn", local, J)

    def compose_to_weight(self, J):
        grads = []
        for w, local in zip(self.weights, self.weight_gradients()):
            local = np.asarray(local)
            eta = J[:, None, :] if local.ndim == 3 else J
            grads.append((local * eta).mean(axis=0).reshape(w.shape))
        return grads


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        Diffable.gradient_tape = None

    def gradient(self):
        # batch_step in assignment.py does not use the tape, but it can do the same
        loss = self.operations[-1]
        eta = loss.input_gradients(1.0)
        gradients = []
        for layer in self.operations[-2::-1]:
            if layer.trainable:
                gradients = list(layer.compose_to_weight(eta)) + gradients
            eta = layer.compose_to_input(eta)
        return gradients
