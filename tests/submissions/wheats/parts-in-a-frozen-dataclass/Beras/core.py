import abc

import numpy as np


class Callable(metaclass=abc.ABCMeta):
    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @abc.abstractmethod
    def forward(self, *args, **kwargs):
        raise NotImplementedError


class Diffable(Callable):
    __slots__ = ("trainable", "_weights", "__dict__", "__weakref__")
    gradient_tape = None

    def __init__(self):
        self.trainable = True
        self._weights = ()

    @property
    def weights(self):
        return self._weights

    @weights.setter
    def weights(self, new):
        self._weights = tuple(new)

    def __call__(self, *args, **kwargs):
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return self.forward(*args, **kwargs)

    @abc.abstractmethod
    def input_gradients(self):
        raise NotImplementedError

    def weight_gradients(self):
        return ()

    def compose_to_input(self, J):
        jac = np.asarray(self.input_gradients())
        if jac.ndim == 2:
            jac = np.broadcast_to(jac, (len(J), *jac.shape))
        return np.matmul(jac, J[..., None])[..., 0]

    def compose_to_weight(self, J):
        B = J.shape[0]
        result = []
        for weight, local in zip(self.weights, self.weight_gradients()):
            local = np.asarray(local)
            upstream = J.reshape(B, *(1,) * (local.ndim - 2), J.shape[1]) if local.ndim == 3 else J
            result.append((local * upstream).sum(axis=0).reshape(weight.shape) / B)
        return result


class GradientTape:
    """Tapes may be nested: the outer one goes on where the inner one ends."""

    __slots__ = ("operations", "outer")

    def __init__(self):
        self.operations = []
        self.outer = None

    def __enter__(self):
        self.operations.clear()
        self.outer, Diffable.gradient_tape = Diffable.gradient_tape, self
        return self

    def __exit__(self, *exc):
        Diffable.gradient_tape, self.outer = self.outer, None

    def gradient(self):
        grads = []
        J = None
        for op in self.operations[::-1]:
            if J is None:
                J = op.input_gradients()
                continue
            if op.trainable:
                grads[0:0] = op.compose_to_weight(J)
            J = op.compose_to_input(J)
        return grads
