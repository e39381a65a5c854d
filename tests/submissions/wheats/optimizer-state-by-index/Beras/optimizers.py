import numpy as np


class BasicOptimizer:

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for index, grad in enumerate(grads):
            weights[index][:] = weights[index] - self.learning_rate * grad


class RMSProp:

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = []

    def apply_gradients(self, weights, grads):
        while len(self.v) < len(weights):
            self.v.append(0.0)
        for index, grad in enumerate(grads):
            self.v[index] = self.beta * self.v[index] + (1 - self.beta) * np.square(grad)
            step = self.learning_rate * grad / (np.sqrt(self.v[index]) + self.epsilon)
            weights[index][:] = weights[index] - step


class Adam:

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m, self.v, self.v_max = [], [], []
        self.t = 1       # number of the step that comes next

    def apply_gradients(self, weights, grads):
        while len(self.m) < len(weights):
            self.m.append(0.0)
            self.v.append(0.0)
            self.v_max.append(0.0)
        for index, grad in enumerate(grads):
            self.m[index] = self.beta_1 * self.m[index] + (1 - self.beta_1) * grad
            self.v[index] = self.beta_2 * self.v[index] + (1 - self.beta_2) * np.square(grad)
            self.v_max[index] = np.maximum(self.v_max[index], self.v[index])
            m_hat = self.m[index] / (1 - np.power(self.beta_1, self.t))
            v_hat = (self.v_max[index] if self.amsgrad else self.v[index]) / (1 - np.power(self.beta_2, self.t))
            weights[index][:] = weights[index] - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        self.t += 1
