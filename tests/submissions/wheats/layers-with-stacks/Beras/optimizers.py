import numpy as np


class _Optimizer:
    """State lives by id in a registry of the class, one for each optimizer."""

    _registry = {}

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        _Optimizer._registry[id(self)] = {}

    def __del__(self):
        _Optimizer._registry.pop(id(self), None)

    def slot(self, w, *names):
        mine = _Optimizer._registry[id(self)]
        if id(w) not in mine:
            mine[id(w)] = {name: np.zeros(w.shape, w.dtype) for name in names}
        return mine[id(w)]

    def apply_gradients(self, weights, grads):
        self.tick()
        any(self.update(w, g) for w, g in zip(weights, grads, strict=True))

    def tick(self):
        pass


class BasicOptimizer(_Optimizer):
    def update(self, w, g):
        w += np.multiply(g, -self.learning_rate)


class RMSProp(_Optimizer):
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta, self.epsilon = beta, epsilon

    def update(self, w, g):
        v = self.slot(w, "v")["v"]
        v *= self.beta
        v += (1 - self.beta) * np.square(g)
        w[...] = w - self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam(_Optimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.b1, self.b2, self.eps, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.decay_1 = self.decay_2 = 1.0

    def tick(self):
        self.decay_1 *= self.b1
        self.decay_2 *= self.b2

    def update(self, w, g):
        s = self.slot(w, "m", "v", "peak")
        s["m"] += (1 - self.b1) * (g - s["m"])
        s["v"] += (1 - self.b2) * (g**2 - s["v"])
        v_hat = s["v"] / (1 - self.decay_2)
        if self.amsgrad:
            np.maximum(s["peak"], v_hat, out=s["peak"])
            v_hat = s["peak"]
        np.copyto(w, w - self.learning_rate * (s["m"] / (1 - self.decay_1)) / (v_hat**0.5 + self.eps))
