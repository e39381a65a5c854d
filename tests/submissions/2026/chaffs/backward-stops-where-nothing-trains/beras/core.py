from abc import ABC, abstractmethod

import numpy as np


class Tensor(np.ndarray):
    requires_grad = True
    debug_print = False

    def __new__(cls, input_array, name=None):
        if isinstance(input_array, cls):
            return input_array
        obj = np.asarray(input_array).view(cls)
        obj.grad = None
        obj.requires_grad = cls.requires_grad
        obj.backward = lambda x: None
        obj.to = lambda device: None
        obj.name = name
        return obj

    def __array_finalize__(self, obj):
        self.grad = getattr(obj, "grad", None)
        self.requires_grad = getattr(obj, "requires_grad", Tensor.requires_grad)
        self.backward = getattr(obj, "backward", lambda x: None)
        self.to = getattr(obj, "to", lambda device: None)
        self.name = getattr(obj, "name", None)

    def get_name(self):
        return self.name

    def assign(self, value):
        self[:] = value

    class no_grad:
        def __enter__(self):
            Tensor.requires_grad = False

        def __exit__(self, exc_type, exc_val, exc_tb):
            Tensor.requires_grad = True


class Named:
    def __init__(self, name=None):
        self.name = name

    def get_name(self):
        return self.name or self.__class__.__name__


class Callable(ABC, Named):
    def __init__(self, *args, **kwargs):
        super().__init__(name=kwargs.get("name"))

    def __call__(self, *args, **kwargs):
        return Tensor(self.forward(*args, **kwargs))

    @abstractmethod
    def forward(self, *args, **kwargs):
        pass


class Weighted(ABC):
    @property
    @abstractmethod
    def parameters(self):
        pass

    @property
    def trainable_variables(self):
        """Collects all trainable variables in the module"""
        return [w for w in self.parameters if w.requires_grad]

    @property
    def non_trainable_variables(self):
        """Collects all non-trainable variables in the module"""
        return [w for w in self.parameters if not w.requires_grad]

    @property
    def trainable(self):
        """Returns true if any of the weights are trainable"""
        return len(self.trainable_variables) > 0

    @trainable.setter
    def trainable(self, trainable):
        """Sets the trainable status of all weights"""
        for w in self.parameters:
            w.requires_grad = trainable


class Diffable(Callable, Weighted):
    def __call__(self, *args, **kwargs):
        names = self.forward.__code__.co_varnames[1:]
        self.argnames = names
        self.ins = {**dict(zip(names, args)), **kwargs}
        self.inputs = [self.ins[name] for name in names if name in self.ins]
        out = self.forward(*args, **kwargs)
        many = isinstance(out, (list, tuple))
        self.outputs = list(out) if many else [out]
        for each in self.outputs:
            setattr(each, "backward", self.backward)
        return self.outputs if many else self.outputs[0]

    @property
    def parameters(self):
        return []

    def to(self, device):
        for p in self.parameters:
            p.to(device)

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
            for w, grad in zip(self.parameters, self.get_weight_gradients()):
                total = np.zeros((len(upstream), *w.shape), dtype=grad.dtype)
                for b in range(len(upstream)):
                    local = grad[b] if grad.ndim == 3 else grad
                    total[b] = local * upstream[b]
                result.append(Tensor(np.sum(total, axis=0)))
        return result

    def backward(self, grad=None):
        """Propagates the gradient backwards through the layer and whatever came before it"""
        weight_grads = self.compose_weight_gradients(grad)
        for param, g in zip(self.parameters, weight_grads):
            if param.requires_grad:
                param.grad = g
        if not self.trainable:
            return

        input_grads = self.compose_input_gradients(grad)
        for inp, g in zip(self.inputs, input_grads):
            if hasattr(inp, "backward"):
                inp.backward([g])
