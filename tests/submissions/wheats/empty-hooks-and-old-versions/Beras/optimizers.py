import numpy as np


class Optimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.state = {}

    def before(self):
        pass

    def step(self, w, g, key):
        raise NotImplementedError

    def apply_gradients(self, weights, grads):
        self.before()
        for w, g in zip(weights, grads):
            self.step(w, g, id(w))


class BasicOptimizer(Optimizer):
    def step(self, w, g, key):
        w -= self.learning_rate * g


class RMSProp(Optimizer):
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta, self.epsilon = beta, epsilon

    def step(self, w, g, key):
        _, v = self.state.setdefault(key, (w, np.zeros_like(w)))
        v[...] = self.beta * v + (1 - self.beta) * g**2
        w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam(Optimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.t = 0

    def before(self):
        self.t += 1

    def step(self, w, g, key):
        _, m, v, top = self.state.setdefault(key, (w, np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)))
        m[...] = self.beta_1 * m + (1 - self.beta_1) * g
        v[...] = self.beta_2 * v + (1 - self.beta_2) * g**2
        top[...] = np.maximum(top, v) if self.amsgrad else v
        m_hat, v_hat = m / (1 - self.beta_1**self.t), top / (1 - self.beta_2**self.t)
        w -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
