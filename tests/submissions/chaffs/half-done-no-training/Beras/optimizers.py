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
        raise NotImplementedError


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
        raise NotImplementedError
