import math

import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.lr = learning_rate

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            np.subtract(w, self.lr * g, out=w, casting="same_kind")


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.lr = learning_rate
        self.beta = beta
        self.eps = epsilon
        self.cache = []

    def apply_gradients(self, weights, grads):
        if len(self.cache) == 0:
            self.cache = [np.zeros_like(w) for w in weights]
        for w, g, v in zip(weights, grads, self.cache):
            v += (1 - self.beta) * (g * g - v)      # = beta * v + (1 - beta) * g^2
            w -= self.lr * g / (np.sqrt(v) + self.eps)


class Adam:
    """
    w -= lr * m / c1 / (sqrt(v / c2) + eps)       with c1 = 1 - beta_1^t, c2 = 1 - beta_2^t
       = lr * sqrt(c2) / c1 * m / (sqrt(v) + eps * sqrt(c2))
    """

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.lr = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.eps = epsilon
        self.amsgrad = amsgrad
        self.t = 0
        self.moments = []

    def apply_gradients(self, weights, grads):
        if len(self.moments) == 0:
            self.moments = [(np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)) for w in weights]
        self.t = self.t + 1
        root = math.sqrt(1 - self.beta_2 ** self.t)
        lr_t = self.lr * root / (1 - self.beta_1 ** self.t)
        eps_t = self.eps * root
        for w, g, (m, v, biggest) in zip(weights, grads, self.moments):
            m += (1 - self.beta_1) * (g - m)
            v += (1 - self.beta_2) * (g * g - v)
            np.maximum(biggest, v, out=biggest)
            second = biggest if self.amsgrad else v
            w -= lr_t * m / (np.sqrt(second) + eps_t)
