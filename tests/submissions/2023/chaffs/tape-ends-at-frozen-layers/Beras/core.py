from abc import ABC, abstractmethod
from collections import defaultdict

import numpy as np


class Tensor(np.ndarray):
    def __new__(cls, input_array):
        obj = np.asarray(input_array).view(cls)
        obj.trainable = True
        return obj

    def __array_finalize__(self, obj):
        if obj is None:
            self.trainable = True
        else:
            self.trainable = getattr(obj, "trainable", True)


Variable = Tensor


class Callable(ABC):
    def __call__(self, *args, **kwargs):
        return Tensor(self.call(*args, **kwargs))

    @abstractmethod
    def call(self, *args, **kwargs):
        pass


class Weighted(ABC):
    @property
    @abstractmethod
    def weights(self):
        pass

    @property
    def trainable_weights(self):
        """Collects all trainable variables in the module"""
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_weights(self):
        """Collects all non-trainable variables in the module"""
        return [w for w in self.weights if not w.trainable]

    @property
    def trainable(self):
        """Returns true if any of the weights are trainable"""
        return len(self.trainable_weights) > 0

    @trainable.setter
    def trainable(self, trainable):
        """Sets the trainable status of all weights"""
        for w in self.weights:
            w.trainable = trainable


class Diffable(Callable, Weighted):
    gradient_tape = None

    def __call__(self, *args, **kwargs):
        names = self.call.__code__.co_varnames[1:]
        self.argnames = names
        self.input_dict = {**dict(zip(names, args)), **kwargs}
        self.inputs = [self.input_dict[name] for name in names if name in self.input_dict]
        out = self.call(*args, **kwargs)
        many = isinstance(out, (list, tuple))
        self.outputs = list(out) if many else [out]
        if Diffable.gradient_tape is not None:
            for each in self.outputs:
                Diffable.gradient_tape.prevs[id(each)] = self
        return self.outputs if many else self.outputs[0]

    @property
    def weights(self):
        return []

    def input_gradients(self):
        return []

    def weight_gradients(self):
        return []

    def compose_to_input(self, J=None):
        if J is None or J[0] is None:
            return self.input_gradients()
        result = []
        for upstream in J:
            for inp, grad in zip(self.inputs, self.input_gradients()):
                total = np.zeros(np.shape(inp), dtype=grad.dtype)
                for b in range(len(upstream)):
                    local = grad[b] if grad.ndim == 3 else grad
                    total[b] = local @ upstream[b]
                result.append(Tensor(total))
        return result

    def compose_to_weight(self, J=None):
        if J is None or J[0] is None:
            return self.weight_gradients()
        result = []
        for upstream in J:
            for w, grad in zip(self.weights, self.weight_gradients()):
                total = np.zeros((len(upstream), *w.shape), dtype=grad.dtype)
                for b in range(len(upstream)):
                    local = grad[b] if grad.ndim == 3 else grad
                    total[b] = local * upstream[b]
                result.append(Tensor(np.sum(total, axis=0)))
        return result


class GradientTape:
    def __init__(self):
        # Dictionary mapping the object id of an output Tensor to the Diffable layer it was produced from.
        self.prevs = defaultdict(lambda: None)

    def __enter__(self):
        if Diffable.gradient_tape is not None:
            raise RuntimeError("Cannot nest gradient tape scopes.")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        Diffable.gradient_tape = None

    def gradient(self, target, sources):
        queue = [target]
        grads = defaultdict(lambda: None)

        while queue:
            current = queue.pop(0)
            layer = self.prevs[id(current)]
            if layer is None:
                continue
            J = grads[id(current)]

            weight_grads = layer.compose_to_weight(J)
            for weight, grad in zip(layer.weights, weight_grads):
                grads[id(weight)] = [grad]

            if layer.weights and not layer.trainable:
                continue
            input_grads = layer.compose_to_input(J)
            for inp, grad in zip(layer.inputs, input_grads):
                grads[id(inp)] = [grad]
                queue.append(inp)

        return [grads[id(source)][0] for source in sources]
