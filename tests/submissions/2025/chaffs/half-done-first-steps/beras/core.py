from abc import ABC, abstractmethod

import numpy as np


class Tensor(np.ndarray):
    def __new__(cls, input_array):
        if isinstance(input_array, cls):
            return input_array
        obj = np.asarray(input_array).view(cls)
        obj.trainable = True
        return obj

    def __array_finalize__(self, obj):
        if obj is None:
            self.trainable = True
        else:
            self.trainable = getattr(obj, "trainable", True)

    def assign(self, value):
        self[:] = value


class Variable(Tensor):
    def assign(self, value):
        self[:] = value


class Callable(ABC):
    def __call__(self, *args, **kwargs):
        return Tensor(self.forward(*args, **kwargs))

    @abstractmethod
    def forward(self, *args, **kwargs):
        pass


class Weighted(ABC):
    @property
    @abstractmethod
    def weights(self):
        pass

    @property
    def trainable_variables(self):
        """Collects all trainable variables in the module"""
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_variables(self):
        """Collects all non-trainable variables in the module"""
        return [w for w in self.weights if not w.trainable]

    @property
    def trainable(self):
        """Returns true if any of the weights are trainable"""
        return len(self.trainable_variables) > 0

    @trainable.setter
    def trainable(self, trainable):
        """Sets the trainable status of all weights"""
        for w in self.weights:
            w.trainable = trainable


class Diffable(Callable, Weighted):
    gradient_tape = None

    def __call__(self, *args, **kwargs):
        names = self.forward.__code__.co_varnames[1:]
        self.argnames = names
        self.input_dict = {**dict(zip(names, args)), **kwargs}
        self.inputs = [self.input_dict[name] for name in names if name in self.input_dict]
        out = self.forward(*args, **kwargs)
        many = isinstance(out, (list, tuple))
        self.outputs = list(out) if many else [out]
        if Diffable.gradient_tape is not None:
            for each in self.outputs:
                Diffable.gradient_tape.previous_layers[id(each)] = self
        return self.outputs if many else self.outputs[0]

    @abstractmethod
    def get_input_gradients(self):
        pass

    @abstractmethod
    def get_weight_gradients(self):
        pass

    def compose_input_gradients(self, J=None):
        if J is None or J[0] is None:
            return self.get_input_gradients()
        result = []
        for upstream in J:
            for inp, grad in zip(self.inputs, self.get_input_gradients()):
                total = np.zeros(np.shape(inp), dtype=grad.dtype)
                for b in range(len(upstream)):
                    local = grad[b] if grad.ndim == 3 else grad
                    total[b] = local @ upstream[b]
                result.append(Tensor(total))
        return result

    def compose_weight_gradients(self, J=None):
        if J is None or J[0] is None:
            return self.get_weight_gradients()
        result = []
        for upstream in J:
            for w, grad in zip(self.weights, self.get_weight_gradients()):
                total = np.zeros((len(upstream), *w.shape), dtype=grad.dtype)
                for b in range(len(upstream)):
                    local = grad[b] if grad.ndim == 3 else grad
                    total[b] = local * upstream[b]
                result.append(Tensor(np.sum(total, axis=0)))
        return result
