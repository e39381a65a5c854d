import numpy as np


class _Optimizer:
    """Shared by the three: walk over the weights, and find what is remembered of each."""

    slot_names = ()

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.slots = []  # pairs of a weight and its slots

    def slots_of(self, w):
        for known, slots in self.slots:
            if known is w:
                return slots
        fresh = {name: np.zeros_like(w) for name in self.slot_names}
        self.slots.append((w, fresh))
        return fresh

    def begin(self):
        pass

    def apply_gradients(self, weights, grads):
        self.begin()
        for w, g in zip(weights, grads):
            np.subtract(w, self.step(g, self.slots_of(w)), out=w, casting="same_kind")


class BasicOptimizer(_Optimizer):
    def step(self, g, slots):
        return self.learning_rate * g


class RMSProp(_Optimizer):
    slot_names = ("v",)

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta, self.epsilon = beta, epsilon

    def step(self, g, slots):
        slots["v"] = self.beta * slots["v"] + (1 - self.beta) * np.square(g)
        return self.learning_rate * g / np.sqrt(slots["v"] + self.epsilon)


class Adam(_Optimizer):
    slot_names = ("m", "v", "v_hat_max")

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.t = 0

    def begin(self):
        self.t += 1

    def step(self, g, slots):
        slots["m"] = self.beta_1 * slots["m"] + (1 - self.beta_1) * g
        slots["v"] = self.beta_2 * slots["v"] + (1 - self.beta_2) * np.square(g)
        m_hat = slots["m"] / (1 - self.beta_1**self.t)
        v_hat = slots["v"] / (1 - self.beta_2**self.t)
        if self.amsgrad:
            slots["v_hat_max"] = np.maximum(slots["v_hat_max"], v_hat)
            v_hat = slots["v_hat_max"]
        return self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
