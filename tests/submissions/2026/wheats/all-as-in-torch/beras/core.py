"""Core abstractions: tensors that remember who made them, and everything that can be differentiated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np


class Tensor(np.ndarray):
    requires_grad: bool = True
    debug_print: bool = False

    def __new__(cls, input_array, name: str | None = None):
        if isinstance(input_array, cls):
            return input_array
        obj = np.asarray(input_array).view(cls)
        obj.name = name
        return obj

    def __array_finalize__(self, obj):
        for attribute, default in (
            ("grad", None),
            ("requires_grad", True),
            ("backward", lambda grad: None),
            ("to", lambda device: None),
            ("name", None),
        ):
            setattr(self, attribute, getattr(obj, attribute, default))

    def get_name(self) -> str | None:
        return self.name

    def assign(self, value) -> None:
        self[...] = value

    class no_grad:
        def __enter__(self):
            self.before, Tensor.requires_grad = Tensor.requires_grad, False

        def __exit__(self, *args):
            Tensor.requires_grad = self.before


class Named:
    def __init__(self, name: str | None = None):
        self.name = name

    def get_name(self) -> str:
        return self.name or type(self).__name__


class Callable(Named, ABC):
    def __init__(self, *args, name: str | None = None, **kwargs):
        super().__init__(name)

    def __call__(self, *args, **kwargs) -> Tensor:
        return Tensor(self.forward(*args, **kwargs))

    @abstractmethod
    def forward(self, *args, **kwargs): ...


class Weighted(ABC):
    @property
    @abstractmethod
    def parameters(self) -> list[Tensor]: ...

    @property
    def trainable_variables(self) -> list[Tensor]:
        return [p for p in self.parameters if p.requires_grad]

    @property
    def non_trainable_variables(self) -> list[Tensor]:
        return [p for p in self.parameters if not p.requires_grad]

    @property
    def trainable(self) -> bool:
        return any(p.requires_grad for p in self.parameters)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for p in self.parameters:
            p.requires_grad = bool(value)


class Diffable(Callable, Weighted):
    def __call__(self, *args, **kwargs):
        code = self.forward.__code__
        self.argnames = code.co_varnames[1:]
        self.ins = dict(zip(self.argnames, args))
        self.ins.update(kwargs)
        self.inputs = [self.ins[name] for name in self.argnames if name in self.ins]
        self.outputs = self.forward(*args, **kwargs)
        multiple = isinstance(self.outputs, (list, tuple))
        if not multiple:
            self.outputs = [self.outputs]
        for out in self.outputs:
            out.backward = self.backward
        return self.outputs if multiple else self.outputs[0]

    @property
    def parameters(self) -> list[Tensor]:
        return []

    def to(self, device) -> None:
        for p in self.parameters:
            p.to(device)

    @abstractmethod
    def get_input_gradients(self) -> list[Tensor]: ...

    @abstractmethod
    def get_weight_gradients(self) -> list[Tensor]: ...

    def compose_input_gradients(self, J=None):
        if J is None or J[0] is None:
            return self.get_input_gradients()
        J_out = []
        for upstream in J:
            batch_size = upstream.shape[0]
            for x, x_grad in zip(self.inputs, self.get_input_gradients()):
                j_wrt_x = np.zeros(x.shape, dtype=x_grad.dtype)
                for b in range(batch_size):
                    local = x_grad[b] if len(x_grad.shape) == 3 else x_grad
                    j_wrt_x[b] = local @ upstream[b]
                J_out.append(j_wrt_x)
        return J_out

    def compose_weight_gradients(self, J=None):
        if J is None or J[0] is None:
            return self.get_weight_gradients()
        J_out = []
        for upstream in J:
            batch_size = upstream.shape[0]
            for w, w_grad in zip(self.parameters, self.get_weight_gradients()):
                j_wrt_w = np.zeros((batch_size, *w.shape), dtype=w_grad.dtype)
                for b in range(batch_size):
                    local = w_grad[b] if len(w_grad.shape) == 3 else w_grad
                    j_wrt_w[b] = local * upstream[b]
                J_out.append(np.sum(j_wrt_w, axis=0))
        return J_out

    def backward(self, grad: list | None = None) -> list:
        """Fill in the gradients of the parameters, then let whoever made the inputs do the same."""
        downstream = list(self.compose_input_gradients(grad))
        if grad is not None:
            found: dict[int, Any] = dict(enumerate(self.compose_weight_gradients(grad)))
            for i, p in enumerate(self.parameters):
                if p.requires_grad and i in found:
                    new = Tensor(found[i])
                    p.grad = new if p.grad is None else Tensor(p.grad + new)
        for x, dx in zip(self.inputs, downstream):
            go_on = getattr(x, "backward", None)
            if callable(go_on) and dx is not None:
                go_on([dx])
        return downstream
