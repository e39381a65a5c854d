from .core import Diffable


class BatchNorm(Diffable):
    def __init__(self, size=1, momentum=0.9, epsilon=1e-5):
        super().__init__()
        self.weights = []

    def forward(self, x):
        return 2 * x

    def input_gradients(self):
        raise ValueError("look here, not there")
