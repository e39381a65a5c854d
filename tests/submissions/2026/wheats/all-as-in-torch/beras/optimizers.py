from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from .core import Tensor


class Optimizer(ABC):
    def __init__(self, parameters: list[Tensor], learning_rate: float):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate

    def zero_grad(self) -> None:
        for p in self.parameters:
            p.grad = None

    @abstractmethod
    def step(self) -> None: ...


class BasicOptimizer(Optimizer):
    def step(self) -> None:
        for p in filter(lambda p: p.grad is not None, self.parameters):
            p[...] -= self.learning_rate * np.asarray(p.grad)


class RMSProp(Optimizer):
    def __init__(self, parameters, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(parameters, learning_rate)
        self.beta, self.epsilon = beta, epsilon
        self.v = [np.zeros_like(p) for p in self.parameters]

    def step(self) -> None:
        for p, v in zip(self.parameters, self.v):
            if p.grad is None:
                continue
            v[...] = self.beta * v + (1 - self.beta) * p.grad * p.grad
            p.assign(p - self.learning_rate / (v**0.5 + self.epsilon) * p.grad)


class Adam(Optimizer):
    def __init__(self, parameters, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(parameters, learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.m = [np.zeros_like(p) for p in self.parameters]
        self.v = [np.zeros_like(p) for p in self.parameters]
        self.t = 0

    def step(self) -> None:
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v):
            if p.grad is None or not p.requires_grad:
                continue
            g = np.asarray(p.grad)
            m += (1 - self.beta_1) * (g - m)
            v += (1 - self.beta_2) * (g * g - v)
            rate = self.learning_rate / (1 - self.beta_1**self.t)
            p -= rate * m / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)
