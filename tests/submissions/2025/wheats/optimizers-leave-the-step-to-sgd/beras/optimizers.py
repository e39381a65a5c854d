from collections import defaultdict

import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, trainable_params, grads):
        for param, grad in zip(trainable_params, grads):
            param.assign(param - self.learning_rate * grad)


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = defaultdict(lambda: 0)

    def apply_gradients(self, trainable_params, grads):
        directions = []
        for i, grad in enumerate(grads):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * grad ** 2
            directions.append(grad / (np.sqrt(self.v[i]) + self.epsilon))
        descent = BasicOptimizer(self.learning_rate)
        descent.apply_gradients(trainable_params, directions)


class Adam(BasicOptimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.m, self.v, self.t = defaultdict(lambda: 0), defaultdict(lambda: 0), 0

    def apply_gradients(self, trainable_params, grads):
        self.t += 1
        directions = []
        for i, grad in enumerate(grads):
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * grad
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * grad ** 2
            m_hat = self.m[i] / (1 - self.beta_1 ** self.t)
            directions.append(m_hat / (np.sqrt(self.v[i] / (1 - self.beta_2 ** self.t)) + self.epsilon))
        super().apply_gradients(trainable_params, directions)
