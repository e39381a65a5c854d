from tkinter import W
from turtle import forward
from cProfile import label

import numpy as np

from .core import Diffable


class Dense(Diffable):
    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return self.inputs[:, :, None], np.ones_like(self.b)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming"), f"unknown initializer {initializer}"
        io = (input_size, output_size)
        if initializer == "zero":
            w = np.zeros(io)
        elif initializer == "normal":
            w = np.random.normal(0, 1, io)
        elif initializer == "xavier":
            w = np.random.normal(0, np.sqrt(2 / sum(io)), io)
        else:
            w = np.random.normal(0, np.sqrt(2 / input_size), io)
        return w, np.zeros(output_size)
