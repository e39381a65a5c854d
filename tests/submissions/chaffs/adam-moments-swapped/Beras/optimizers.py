import numpy as np


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        index = 0
        for w in weights:
            update = self.learning_rate * grads[index]
            w -= update
            index += 1


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.v = dict()

    def apply_gradients(self, weights, grads):
        index = 0
        for w in weights:
            g = grads[index]
            index += 1
            # first time we see this weight: start with zeros
            if id(w) not in self.v:
                self.v[id(w)] = np.zeros(np.shape(w))
            old_part = np.multiply(self.beta, self.v[id(w)])
            new_part = np.multiply(1 - self.beta, np.power(g, 2))
            self.v[id(w)] = np.add(old_part, new_part)
            denominator = np.sqrt(self.v[id(w)]) + self.epsilon
            w -= np.divide(self.learning_rate * g, denominator)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

        self.m = dict()
        self.v = dict()
        self.v_max = dict()
        self.t = 0

    def apply_gradients(self, weights, grads):
        self.t += 1
        index = 0
        for w in weights:
            g = grads[index]
            index += 1
            k = id(w)
            if k not in self.m:
                self.m[k] = np.zeros(np.shape(w))
                self.v[k] = np.zeros(np.shape(w))
                self.v_max[k] = np.zeros(np.shape(w))

            # moving averages
            self.m[k] = self.beta_1 * self.m[k] + (1 - self.beta_1) * g
            self.v[k] = self.beta_2 * self.v[k] + (1 - self.beta_2) * np.power(g, 2)
            self.v_max[k] = np.maximum(self.v_max[k], self.v[k])

            # bias correction
            m_hat = self.m[k] / (1 - np.power(self.beta_1, self.t))
            if self.amsgrad:
                v_hat = self.v_max[k] / (1 - np.power(self.beta_2, self.t))
            else:
                v_hat = self.v[k] / (1 - np.power(self.beta_2, self.t))

            # update
            denominator = np.sqrt(m_hat) + self.epsilon
            w -= np.divide(self.learning_rate * v_hat, denominator)
