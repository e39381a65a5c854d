"""Optimizers."""
from collections import defaultdict

import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            weight -= self.learning_rate * grad


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = defaultdict(float)  # id of a weight -> moving average of its squared gradient

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            key = id(weight)
            self.v[key] = self.beta * self.v[key] + (1 - self.beta) * grad**2
            weight -= self.learning_rate * grad / (self.v[key] + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m = defaultdict(float)
        self.v = defaultdict(float)
        self.v_max = defaultdict(float)
        self.t = 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        for weight, grad in zip(weights, grads):
            key = id(weight)
            self.m[key] = self.beta_1 * self.m[key] + (1 - self.beta_1) * grad
            self.v[key] = self.beta_2 * self.v[key] + (1 - self.beta_2) * grad**2
            v = self.v[key]
            if self.amsgrad:
                v = self.v_max[key] = np.maximum(self.v_max[key], v)
            m_hat = self.m[key] / (1 - self.beta_1**self.t)
            v_hat = v / (1 - self.beta_2**self.t)
            weight -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
