import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self, upstream=None):
        if upstream is None:
            return self.w
        return upstream @ self.w.T

    def weight_gradients(self, upstream=None):
        if upstream is None:
            return self.x[:, :, None], np.ones_like(self.b)
        return self.x.T @ upstream / len(upstream), upstream.mean(axis=0)

    def compose_to_input(self, J):
        return self.input_gradients(upstream=J)

    def compose_to_weight(self, J):
        return list(self.weight_gradients(upstream=J))

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        def std():
            yield "zero", 0
            yield "normal", 1
            yield "xavier", np.sqrt(2 / (input_size + output_size))
            yield "kaiming", np.sqrt(2 / input_size)

        for name, value in std():
            if name == initializer.casefold():
                w = np.random.normal(scale=value, size=(input_size, output_size))
                return w.astype(np.float32), np.zeros(output_size, dtype=np.float32)
        raise AssertionError(f"There is no initializer called {initializer}")
