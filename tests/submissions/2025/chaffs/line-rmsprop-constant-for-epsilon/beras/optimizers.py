import numpy as np

EPS = 1e-3


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, trainable_params, grads):
        for k in range(len(trainable_params)):
            step = self.learning_rate * grads[k]
            trainable_params[k].assign(trainable_params[k] - step)


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.cache = {}

    def apply_gradients(self, trainable_params, grads):
        for k, grad in enumerate(grads):
            old = self.cache.get(k, np.zeros(grad.shape))
            new = self.beta * old + (1.0 - self.beta) * np.square(grad)
            self.cache[k] = new
            root = np.sqrt(new)
            step = self.learning_rate * grad / (root + EPS)
            trainable_params[k].assign(trainable_params[k] - step)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.first = {}
        self.second = {}
        self.largest = {}
        self.count = 0

    def apply_gradients(self, trainable_params, grads):
        self.count += 1
        for k, (param, g) in enumerate(zip(trainable_params, grads)):
            m = self.first.get(k, 0.0) * self.beta_1 + (1 - self.beta_1) * g
            v = self.second.get(k, 0.0) * self.beta_2 + (1 - self.beta_2) * np.square(g)
            self.first[k] = m
            self.second[k] = v
            if self.amsgrad:
                v = np.maximum(self.largest.get(k, 0.0), v)
                self.largest[k] = v
            m_hat = m / (1 - self.beta_1**self.count)
            v_hat = v / (1 - self.beta_2**self.count)
            param.assign(param - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon))
