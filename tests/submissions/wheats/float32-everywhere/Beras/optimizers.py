import numpy as np

f32 = np.float32


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = f32(learning_rate)

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            w -= self.learning_rate * np.asarray(g, dtype=f32)


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = f32(learning_rate)
        self.beta = f32(beta)
        self.one_minus_beta = f32(1 - beta)
        self.epsilon = f32(epsilon)
        self.v = {}

    def apply_gradients(self, weights, grads):
        for w, g in zip(weights, grads):
            g = np.asarray(g, dtype=f32)
            _, v = self.v.setdefault(id(w), (w, np.zeros(w.shape, dtype=f32)))   # holding w keeps its id taken
            v[...] = self.beta * v + self.one_minus_beta * g * g
            w -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = f32(learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = f32(epsilon)
        self.amsgrad = amsgrad
        self.state = {}
        self.t = 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        c1 = f32(1 - self.beta_1 ** self.t)
        c2 = f32(1 - self.beta_2 ** self.t)
        for w, g in zip(weights, grads):
            g = np.asarray(g, dtype=f32)
            if id(w) not in self.state:
                self.state[id(w)] = [w] + [np.zeros(w.shape, dtype=f32) for _ in range(3)]
            _, m, v, v_max = self.state[id(w)]
            m[...] = f32(self.beta_1) * m + f32(1 - self.beta_1) * g
            v[...] = f32(self.beta_2) * v + f32(1 - self.beta_2) * g * g
            if self.amsgrad:
                np.maximum(v, v_max, out=v_max)
                v = v_max
            w -= self.learning_rate * (m / c1) / (np.sqrt(v / c2) + self.epsilon)
