from idlelib.browser import transform_children
from numpy.core.fromnumeric import shape, size
import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for i in range(len(weights)):
            weights[i] -= self.learning_rate * grads[i]


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = {}

    def apply_gradients(self, weights, grads):
        for i in range(len(weights)):
            v = self.v.get(i, np.zeros(shape(weights[i])))
            self.v[i] = self.beta * v + (1 - self.beta) * grads[i] ** 2
            weights[i] -= self.learning_rate * grads[i] / (np.sqrt(self.v[i]) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m, self.v, self.most = {}, {}, {}
        self.t = 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        for i in range(len(weights)):
            zeros = np.zeros_like(weights[i])
            self.m[i] = self.beta_1 * self.m.get(i, zeros) + (1 - self.beta_1) * grads[i]
            self.v[i] = self.beta_2 * self.v.get(i, zeros) + (1 - self.beta_2) * grads[i] ** 2
            m_hat = self.m[i] / (1 - self.beta_1**self.t)
            v_hat = self.v[i] / (1 - self.beta_2**self.t)
            if self.amsgrad:
                v_hat = self.most[i] = np.maximum(self.most.get(i, zeros), v_hat)
            weights[i] -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
