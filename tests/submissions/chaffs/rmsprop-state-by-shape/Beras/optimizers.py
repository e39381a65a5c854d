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
        for w, g in zip(weights, grads):
            self.v[w.shape] = self.beta * self.v[w.shape] + (1 - self.beta) * g ** 2
            w -= self.learning_rate * g / (np.sqrt(self.v[w.shape]) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m = defaultdict(lambda: 0)      # first moment
        self.v = defaultdict(lambda: 0)      # second moment
        self.m_hat = defaultdict(lambda: 0)
        self.v_hat = defaultdict(lambda: 0)
        self.t = 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        for i, (w, g) in enumerate(zip(weights, grads)):
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * g
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * g ** 2
            self.m_hat[i] = self.m[i] / (1 - self.beta_1 ** self.t)
            v_hat = self.v[i] / (1 - self.beta_2 ** self.t)
            if self.amsgrad:
                self.v_hat[i] = np.maximum(self.v_hat[i], v_hat)
            else:
                self.v_hat[i] = v_hat
            w -= self.learning_rate * self.m_hat[i] / (np.sqrt(self.v_hat[i]) + self.epsilon)
