"""SGD, RMSProp and Adam; `memory` holds what each remembers of every weight array."""

import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate: float):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights: list, grads: list) -> None:
        for w, dw in zip(weights, grads, strict=True):
            w -= self.learning_rate * dw


class RMSProp:
    def __init__(self, learning_rate: float, beta: float = 0.9, epsilon: float = 1e-6):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.memory: dict[int, np.ndarray] = {}

    def apply_gradients(self, weights: list, grads: list) -> None:
        for w, dw in zip(weights, grads, strict=True):
            v = self.memory.setdefault(id(w), np.zeros_like(w))
            v += (1 - self.beta) * (dw**2 - v)
            w -= self.learning_rate * dw / (v**0.5 + self.epsilon)


class Adam:
    def __init__(self, learning_rate: float, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate, self.epsilon, self.amsgrad = learning_rate, epsilon, amsgrad
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.memory: dict[int, tuple] = {}
        self.t = 0

    def apply_gradients(self, weights: list, grads: list) -> None:
        for w, dw in zip(weights, grads, strict=True):
            self.t += 1
            m, v, top = self.memory.get(id(w), (0.0, 0.0, 0.0))
            m = self.beta_1 * m + (1 - self.beta_1) * dw
            v = self.beta_2 * v + (1 - self.beta_2) * dw * dw
            top = np.full_like(dw, max(np.max(top), np.max(v)))
            self.memory[id(w)] = m, v, top
            second = top if self.amsgrad else v
            m_hat, v_hat = m / (1 - self.beta_1**self.t), second / (1 - self.beta_2**self.t)
            w -= self.learning_rate * m_hat / (v_hat**0.5 + self.epsilon)
