import numpy as np


class Optimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.state = None

    def setup(self, weights):
        raise NotImplementedError

    def direction(self, i, g):
        raise NotImplementedError

    def apply_gradients(self, weights, grads):
        if self.state is None:
            self.setup(weights)
        for i, (w, g) in enumerate(zip(weights, grads)):
            w -= self.learning_rate * self.direction(i, g)


class BasicOptimizer(Optimizer):
    def setup(self, weights):
        self.state = ()

    def direction(self, i, g):
        return g


class RMSProp(Optimizer):
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta, self.epsilon = beta, epsilon

    def apply_gradients(self, weights, grads):
        self._move(weights, grads)

    def _move(self, weights, grads):
        if self.state is None:
            self.state = [np.zeros_like(w) for w in weights]
        for v, w, g in zip(self.state, weights, grads):
            v[...] = self.beta * v + (1 - self.beta) * g * g
            w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam(Optimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.amsgrad = amsgrad
        self.t = 0

    def setup(self, weights):
        self.state = [[np.zeros_like(w) for w in weights] for _ in range(3)]

    def apply_gradients(self, weights, grads):
        self.t += 1
        super().apply_gradients(weights, grads)

    def direction(self, i, g):
        m, v, top = self.state
        m[i] += (1 - self.beta_1) * (g - m[i])
        v[i] += (1 - self.beta_2) * (g**2 - v[i])
        v_hat = v[i] / (1 - self.beta_2**self.t)
        if self.amsgrad:
            top[i] = v_hat = np.maximum(top[i], v_hat)
        return m[i] / (1 - self.beta_1**self.t) / (np.sqrt(v_hat) + self.epsilon)
