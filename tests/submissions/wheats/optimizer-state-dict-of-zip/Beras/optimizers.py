import numpy as np


def zeros_for(weights):
    # position -> zeros in the shape of the weight
    return dict(zip(range(len(weights)), map(np.zeros_like, weights)))


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for w, g in dict(enumerate(zip(weights, grads))).values():
            w += -self.learning_rate * g


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.v = None

    def apply_gradients(self, weights, grads):
        self.v = self.v or zeros_for(weights)
        self.v = {
            key: self.beta * v + (1 - self.beta) * g ** 2
            for (key, v), g in zip(self.v.items(), grads)
        }
        for key, (w, g) in enumerate(zip(weights, grads)):
            w -= self.learning_rate * g / (self.v[key] ** 0.5 + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m = self.v = self.vhat = None
        self.t = 0

    def apply_gradients(self, weights, grads):
        if self.m is None:
            self.m, self.v, self.vhat = zeros_for(weights), zeros_for(weights), zeros_for(weights)
        self.t += 1
        b1, b2 = self.beta_1, self.beta_2
        self.m = {k: b1 * m + (1 - b1) * g for (k, m), g in zip(self.m.items(), grads)}
        self.v = {k: b2 * v + (1 - b2) * g ** 2 for (k, v), g in zip(self.v.items(), grads)}
        self.vhat = {k: np.maximum(old, self.v[k]) for k, old in self.vhat.items()}
        for k, w in enumerate(weights):
            m = self.m[k] / (1 - b1 ** self.t)
            v = (self.vhat if self.amsgrad else self.v)[k] / (1 - b2 ** self.t)
            w -= self.learning_rate * m / (v ** 0.5 + self.epsilon)
