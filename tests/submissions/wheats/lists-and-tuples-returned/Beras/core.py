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
        J = np.asarray(J)
        jacobian = np.asarray(self.input_gradients())
        if jacobian.ndim == 2:
            return J @ jacobian.T
        return np.matmul(jacobian, J[:, :, None])[:, :, 0]

    def compose_to_weight(self, J):
        J = np.asarray(J)
        grads = ()
        for weight, gradient in zip(self.weights, self.weight_gradients()):
            gradient = np.asarray(gradient)
            if gradient.ndim == 3 and gradient.shape[2] == 1 and len(gradient) == len(J):
                grads += (gradient[:, :, 0].T @ J / len(J),)
            elif gradient.ndim == 3:
                grads += (np.mean(gradient * J[:, None, :], axis=0),)
            else:
                grads += (np.mean(gradient * J, axis=0).reshape(weight.shape),)
        return grads


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *args):
        Diffable.gradient_tape = None

    def gradient(self):
        *layers, loss = self.operations
        J = np.asarray(loss.input_gradients())
        grads = ()
        while layers:
            layer = layers.pop()
            if layer.trainable:
                grads = (*layer.compose_to_weight(J), *grads)
            if layers:
                J = np.asarray(layer.compose_to_input(J))
        return grads
