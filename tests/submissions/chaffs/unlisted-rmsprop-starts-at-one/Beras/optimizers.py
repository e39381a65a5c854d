import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            np.subtract(weight, self.learning_rate * grad, out=weight, casting="unsafe")


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = []

    def apply_gradients(self, weights, grads):
        if not self.v:
            self.v = [np.ones(weight.shape) for weight in weights]
        for i, (weight, grad) in enumerate(zip(weights, grads)):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * np.square(grad)
            weight -= self.learning_rate * grad / (np.sqrt(self.v[i]) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m, self.v, self.v_max = [], [], []
        self.t = 0

    def apply_gradients(self, weights, grads):
        if self.t == 0:
            self.m = [np.zeros(weight.shape) for weight in weights]
            self.v = [np.zeros(weight.shape) for weight in weights]
            self.v_max = [np.zeros(weight.shape) for weight in weights]
        self.t += 1
        for i, (weight, grad) in enumerate(zip(weights, grads)):
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * grad
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * np.square(grad)
            v = self.v[i]
            if self.amsgrad:
                v = self.v_max[i] = np.maximum(self.v_max[i], v)
            m_hat = self.m[i] / (1 - self.beta_1**self.t)
            v_hat = v / (1 - self.beta_2**self.t)
            weight -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
