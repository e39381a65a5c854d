import numpy as np


def moving_average(old, new, rate):
    """rate says how much of the old value stays."""
    return rate * old + (1 - rate) * new


def recall(memory, array):
    """What is remembered of this array, zeros when it is new."""
    if id(array) not in memory:
        memory[id(array)] = np.zeros(array.shape)
    return memory[id(array)]


class BasicOptimizer:
    """Plain gradient descent."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def apply_gradients(self, weights, grads):
        for i in range(len(weights)):
            weights[i][...] = weights[i] - self.learning_rate * grads[i]


class RMSProp:
    """Gradient descent with a step size for every single weight."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.squares = {}

    def apply_gradients(self, weights, grads):
        for i in range(len(weights)):
            square = moving_average(recall(self.squares, weights[i]), grads[i] * grads[i], self.beta)
            self.squares[id(weights[i])] = square
            change = self.learning_rate * grads[i] / (np.sqrt(square) + self.epsilon)
            weights[i][...] = weights[i] - change


class Adam:
    """Adam with the optional AMSGrad maximum."""

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.means, self.squares, self.largest = {}, {}, {}
        self.steps = 0

    def apply_gradients(self, weights, grads):
        self.steps = self.steps + 1
        for i in range(len(weights)):
            name = id(weights[i])
            mean = moving_average(recall(self.means, weights[i]), grads[i], 1 - self.beta_1)
            square = moving_average(recall(self.squares, weights[i]), grads[i] * grads[i], 1 - self.beta_2)
            self.means[name] = mean
            self.squares[name] = square
            if self.amsgrad:
                square = np.maximum(square, recall(self.largest, weights[i]))
                self.largest[name] = square
            corrected_mean = mean / (1 - self.beta_1**self.steps)
            corrected_square = square / (1 - self.beta_2**self.steps)
            change = self.learning_rate * corrected_mean / (np.sqrt(corrected_square) + self.epsilon)
            weights[i][...] = weights[i] - change
