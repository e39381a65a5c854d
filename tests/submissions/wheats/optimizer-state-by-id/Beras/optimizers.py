import numpy as np


class Slot:
    """What is remembered about one weight (and the weight itself, so that its id stays taken)."""

    def __init__(self, weight):
        self.weight = weight
        self.first = np.zeros(weight.shape)
        self.second = np.zeros(weight.shape)
        self.maximum = np.zeros(weight.shape)
        self.steps = 0


class Optimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.slots = {}

    def slot(self, weight):
        if id(weight) not in self.slots:
            self.slots[id(weight)] = Slot(weight)
        return self.slots[id(weight)]

    def apply_gradients(self, weights, grads):
        for weight, grad in zip(weights, grads):
            weight -= self.update(self.slot(weight), grad)

    def update(self, slot, grad):
        raise NotImplementedError


class BasicOptimizer(Optimizer):
    def update(self, slot, grad):
        return self.learning_rate * grad


class RMSProp(Optimizer):
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-6):
        super().__init__(learning_rate)
        self.beta = beta
        self.epsilon = epsilon

    def update(self, slot, grad):
        slot.second = self.beta * slot.second + (1 - self.beta) * grad ** 2
        return self.learning_rate * grad / (np.sqrt(slot.second) + self.epsilon)


class Adam(Optimizer):
    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        super().__init__(learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def update(self, slot, grad):
        slot.steps += 1          # every weight counts its own steps
        slot.first = self.beta_1 * slot.first + (1 - self.beta_1) * grad
        slot.second = self.beta_2 * slot.second + (1 - self.beta_2) * grad ** 2
        slot.maximum = np.maximum(slot.maximum, slot.second)
        second = slot.maximum if self.amsgrad else slot.second
        m = slot.first / (1 - self.beta_1 ** slot.steps)
        v = second / (1 - self.beta_2 ** slot.steps)
        return self.learning_rate * m / (np.sqrt(v) + self.epsilon)
