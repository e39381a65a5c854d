import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for k in range(len(weights)):
            step = self.learning_rate * grads[k]
            weights[k][...] = weights[k] - step


class RMSProp:
    def __init__(self, learning_rate, beta=0.99, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.cache = {}

    def apply_gradients(self, weights, grads):
        for k, grad in enumerate(grads):
            old = self.cache.get(k, np.zeros(grad.shape))
            new = self.beta * old + (1.0 - self.beta) * np.square(grad)
            self.cache[k] = new
            root = np.sqrt(new)
            weights[k] -= self.learning_rate * grad / (root + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.first = None
        self.second = None
        self.largest = None
        self.count = 0

    def apply_gradients(self, weights, grads):
        if self.first is None:
            self.first = [np.zeros_like(g, dtype=float) for g in grads]
            self.second = [np.zeros_like(g, dtype=float) for g in grads]
            self.largest = [np.zeros_like(g, dtype=float) for g in grads]
        self.count += 1
        for k, g in enumerate(grads):
            self.first[k] = self.beta_1 * self.first[k] + (1 - self.beta_1) * g
            self.second[k] = self.beta_2 * self.second[k] + (1 - self.beta_2) * np.square(g)
            m_hat = self.first[k] / (1 - self.beta_1**self.count)
            v = self.second[k]
            if self.amsgrad:
                self.largest[k] = np.maximum(self.largest[k], v)
                v = self.largest[k]
            v_hat = v / (1 - self.beta_2**self.count)
            weights[k] -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
