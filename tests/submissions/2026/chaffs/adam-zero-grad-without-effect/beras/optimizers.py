from abc import ABC, abstractmethod

import numpy as np


class Optimizer(ABC):
    def __init__(self, parameters, learning_rate):
        self.parameters = parameters
        self.learning_rate = learning_rate

    def zero_grad(self):
        for param in self.parameters:
            param.grad = None

    @abstractmethod
    def step(self):
        pass


class BasicOptimizer(Optimizer):
    def __init__(self, parameters, learning_rate):
        super().__init__(parameters, learning_rate)

    def step(self):
        for param in self.parameters:
            param.assign(param - self.learning_rate * param.grad)


class RMSProp(Optimizer):
    def __init__(self, parameters, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(parameters, learning_rate)
        self.beta = beta
        self.epsilon = epsilon
        self.v = [0 for _ in parameters]

    def step(self):
        for i, param in enumerate(self.parameters):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * param.grad ** 2
            update = self.learning_rate * param.grad / (np.sqrt(self.v[i]) + self.epsilon)
            param.assign(param - update)


class Adam(Optimizer):
    def __init__(self, parameters, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(parameters, learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.m = [0 for _ in parameters]
        self.v = [0 for _ in parameters]
        self.t = 0

    def zero_grad(self):
        for param in self.parameters:
            grad = param.grad
            grad = None

    def step(self):
        self.t += 1
        for i, param in enumerate(self.parameters):
            grad = param.grad
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * grad
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * grad ** 2
            m_hat = self.m[i] / (1 - self.beta_1 ** self.t)
            v_hat = self.v[i] / (1 - self.beta_2 ** self.t)
            param.assign(param - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon))
