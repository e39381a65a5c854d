import numpy as np

from .core import Diffable


class LeakyReLU(Diffable):
    """Lets positive numbers through and shrinks the negative ones."""

    def __init__(self, alpha=0.3):
        super().__init__()
        self.alpha = alpha

    def forward(self, inputs):
        self.inputs = np.array(inputs)
        outputs = np.array(inputs, dtype=float)
        outputs[outputs <= 0] *= self.alpha
        return outputs

    def input_gradients(self):
        gradient = np.ones(self.inputs.shape)
        gradient[self.inputs <= 0] = self.alpha
        return gradient

    def compose_to_input(self, J):
        return J * self.input_gradients()


class ReLU(LeakyReLU):
    """LeakyReLU that leaks nothing."""

    def __init__(self):
        super().__init__(alpha=0)


class Softmax(Diffable):
    """Turns scores into probabilities."""

    def forward(self, inputs):
        outputs = []
        for row in np.asarray(inputs, dtype=float):
            powers = np.exp(row - max(row))
            outputs.append(powers / sum(powers))
        self.outputs = np.array(outputs)

    def input_gradients(self):
        return np.array([np.diag(row) - np.outer(row, row) for row in self.outputs])
