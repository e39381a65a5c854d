import numpy as np


class Optimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.state = None

    def setup(self, params):
        raise NotImplementedError

    def direction(self, i, g):
        raise NotImplementedError

    def apply_gradients(self, trainable_params, grads):
        if self.state is None:
            self.setup(trainable_params)
        for i, (w, g) in enumerate(zip(trainable_params, grads)):
            w -= self.learning_rate * self.direction(i, g)


class BasicOptimizer(Optimizer):
    def setup(self, params):
        self.state = ()

    def direction(self, i, g):
        return g


class RMSProp(Optimizer):
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta, self.epsilon = beta, epsilon

    def apply_gradients(self, trainable_params, grads):
        self._move(trainable_params, grads)

    def _move(self, trainable_params, grads):
        if self.state is None:
            self.state = [np.zeros_like(w) for w in trainable_params]
        for v, w, g in zip(self.state, trainable_params, grads):
            v[...] = self.beta * v + (1 - self.beta) * g * g
            w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam(Optimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.amsgrad = amsgrad
        self.t = 0

    def setup(self, params):
        self.state = [[np.zeros_like(w) for w in params] for _ in range(3)]

    def apply_gradients(self, trainable_params, grads):
        self.t += 1
        super().apply_gradients(trainable_params, grads)

    def direction(self, i, g):
        m, v, top = self.state
        m[i] += (1 - self.beta_1) * (g - m[i])
        v[i] += (1 - self.beta_2) * (g**2 - v[i])
        v_hat = v[i] / (1 - self.beta_2**self.t)
        if self.amsgrad:
            top[i] = v_hat = np.maximum(top[i], v_hat)
        return m[i] / (1 - self.beta_1**self.t) / (np.sqrt(v_hat) + self.epsilon)
