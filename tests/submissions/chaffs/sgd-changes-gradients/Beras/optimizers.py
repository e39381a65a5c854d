"""What is remembered of a weight stands in lists, at the place that the weight has in the call."""

import numpy as np


def zeros(weights):
    return [np.zeros_like(weight) for weight in weights]


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.lr = learning_rate

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            np.subtract(weight, np.multiply(grad, self.lr, out=grad), out=weight)


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.lr, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.v = None

    def apply_gradients(self, weights, grads):
        if self.v is None:
            self.v = zeros(weights)
        for k, (weight, grad) in enumerate(zip(weights, grads)):
            self.v[k] = self.beta * self.v[k] + (1 - self.beta) * np.square(grad)
            weight[...] -= self.lr * grad / (np.sqrt(self.v[k]) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.lr, self.beta_1, self.beta_2 = learning_rate, beta_1, beta_2
        self.epsilon, self.amsgrad = epsilon, amsgrad
        self.m = self.v = self.v_max = None
        self.step = 0

    def apply_gradients(self, weights, grads):
        if self.m is None:
            self.m, self.v, self.v_max = zeros(weights), zeros(weights), zeros(weights)
        self.step += 1
        for k, (weight, grad) in enumerate(zip(weights, grads)):
            self.m[k] = self.beta_1 * self.m[k] + (1 - self.beta_1) * grad
            self.v[k] = self.beta_2 * self.v[k] + (1 - self.beta_2) * np.square(grad)
            self.v_max[k] = np.maximum(self.v_max[k], self.v[k])
            m_hat = self.m[k] / (1 - self.beta_1**self.step)
            v_hat = (self.v_max if self.amsgrad else self.v)[k] / (1 - self.beta_2**self.step)
            weight[...] -= self.lr * m_hat / (np.sqrt(v_hat) + self.epsilon)
