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
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self):
        pass

    def weight_gradients(self):
        return ()

    def compose_to_input(self, J):
        jacobian = np.asarray(self.input_gradients())
        batch_size = J.shape[0]
        result = []
        for b in range(batch_size):
            # the same Jacobian for everybody or one for each example
            j = jacobian if jacobian.ndim == 2 else jacobian[b]
            result.append(j @ J[b])
        return np.array(result)

    def compose_to_weight(self, J):
        batch_size = J.shape[0]
        out = []
        for weight, gradient in zip(self.weights, self.weight_gradients()):
            gradient = np.asarray(gradient)
            if gradient.ndim == 3:
                gradient = np.broadcast_to(gradient, (batch_size,) + gradient.shape[1:])
            else:
                gradient = np.broadcast_to(gradient, J.shape)
            total = 0
            for b in range(batch_size):
                total = total + gradient[b] * J[b]
            out.append((total / batch_size).reshape(weight.shape))
        return out


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, type, value, traceback):
        Diffable.gradient_tape = None

    def gradient(self):
        gradients = []
        loss = self.operations[-1]
        J = loss.input_gradients()
        for i in range(len(self.operations) - 2, -1, -1):
            layer = self.operations[i]
            if layer.trainable:
                gradients = layer.compose_to_weight(J) + gradients
            if i > 0:
                J = layer.compose_to_input(J)
        return gradients
