import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, n, m, initializer="kaiming"):
        self.w, self.b = np.zeros(1), np.zeros(1)
        self.weights = [self.w, self.b]

    def forward(self, x):
        return Diffable.compose_to_input(self, x)

    def input_gradients(self):
        return Diffable.compose_to_input(self, 0)
