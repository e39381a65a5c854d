import numpy as np

# The weights come as new views in every step, so the state cannot go by id(w).
# First weight <-> first state and so on.


class BasicOptimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            weight[...] = weight - self.learning_rate * grad


class RMSProp:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.v = None

    def apply_gradients(self, weights, grads):
        if self.v is None:
            self.v = [np.zeros(w.shape) for w in weights]
        for i in range(len(weights)):
            self.v[i] = self.beta * self.v[i] + (1 - self.beta) * grads[i] ** 2
            weights[i][...] -= self.learning_rate * grads[i] / (np.sqrt(self.v[i]) + self.epsilon)


class Adam:
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m = None
        self.t = 0

    def apply_gradients(self, weights, grads):
        if self.m is None:
            self.m = [np.zeros(w.shape) for w in weights]
            self.v = [np.zeros(w.shape) for w in weights]
            self.v_max = [np.zeros(w.shape) for w in weights]
        self.t += 1
        for i in range(len(weights)):
            g = grads[i]
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * g
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * g * g
            self.v_max[i] = np.maximum(self.v_max[i], self.v[i])
            v = self.v_max[i] if self.amsgrad else self.v[i]
            m_hat = self.m[i] / (1 - self.beta_1 ** self.t)
            v_hat = v / (1 - self.beta_2 ** self.t)
            weights[i][...] -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
