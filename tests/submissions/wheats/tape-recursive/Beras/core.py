from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    @abstractmethod
    def forward(self, *args, **kwargs):
        raise NotImplementedError

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)


class Diffable(Callable):
    gradient_tape = None

    def __init__(self):
        self.trainable = True
        self.weights = []

    def __call__(self, *args, **kwargs):
        if Diffable.gradient_tape:
            Diffable.gradient_tape.operations.append(self)
        return super().__call__(*args, **kwargs)

    @abstractmethod
    def input_gradients(self):
        raise NotImplementedError

    def weight_gradients(self):
        return ()

    def compose_to_input(self, J):
        jacobian = np.asarray(self.input_gradients())
        if jacobian.ndim == 3:
            return np.squeeze(jacobian @ np.expand_dims(J, -1), axis=-1)
        return J @ jacobian.T

    def compose_to_weight(self, J):
        composed = []
        for weight, gradient in zip(self.weights, self.weight_gradients()):
            gradient = np.asarray(gradient)
            if gradient.ndim == 3 and gradient.shape[-1] == 1 and len(gradient) == len(J):
                composed.append(np.tensordot(gradient[..., 0], J, axes=(0, 0)) / len(J))
            elif gradient.ndim == 3:
                composed.append(np.mean(gradient * np.expand_dims(J, 1), axis=0))
            else:
                composed.append(np.mean(gradient * J, axis=0).reshape(weight.shape))
        return composed


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        Diffable.gradient_tape = None
        return False      # do not swallow the exception

    def gradient(self):
        backwards = reversed(self.operations)
        loss = next(backwards)

        def go(J):
            layer = next(backwards, None)
            if layer is None:
                return []
            own = layer.compose_to_weight(J) if layer.trainable else []
            return go(layer.compose_to_input(J)) + list(own)

        return go(loss.input_gradients())
