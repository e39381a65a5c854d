from collections import defaultdict

import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            w -= self.learning_rate * g


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = defaultdict(lambda: 0)

    def apply_gradients(self, weights, grads):
        for i, (w, g) in enumerate(zip(weights, grads)):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * g ** 2
            w -= self.learning_rate * g / (np.sqrt(self.v[i]) + self.epsilon)


class Adam:
    """One step size for both corrections, and epsilon beside the plain root: the form that Keras has."""

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.rate, self.betas, self.eps, self.amsgrad = learning_rate, (beta_1, beta_2), epsilon, amsgrad
        self.slots = {}
        self.iterations = 0

    def apply_gradients(self, weights, grads):
        self.iterations += 1
        b1, b2 = self.betas
        alpha = self.rate * np.sqrt(1 - b2**self.iterations) / (1 - b1**self.iterations)
        for i, (variable, gradient) in enumerate(zip(weights, grads)):
            if i not in self.slots:
                self.slots[i] = [np.zeros_like(variable) for _ in range(3)]
            m, v, largest = self.slots[i]
            m += (gradient - m) * (1 - b1)
            v += (np.square(gradient) - v) * (1 - b2)
            if self.amsgrad:
                np.maximum(largest, v, out=largest)
                v = largest
            variable -= alpha * m / (np.sqrt(v) + self.eps)
