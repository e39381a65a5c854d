import numpy as np

from .core import Diffable

# standard deviation of N(0, 1) after it was cut off at -2 and 2 (same number as in Keras)
TRUNCATED_STD = 0.87962566103423978


def truncated_normal(stddev, shape):
    """Like keras.initializers.TruncatedNormal, rescaled so that the result really has this stddev."""
    values = np.random.normal(size=shape)
    outside = np.abs(values) > 2
    while outside.any():
        values[outside] = np.random.normal(size=outside.sum())   # draw those again
        outside = np.abs(values) > 2
    return values * (stddev / TRUNCATED_STD)


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return [self.x[:, :, None], np.ones_like(self.b)]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        kind = initializer.lower()
        assert kind in ["zero", "normal", "xavier", "kaiming"], f"initializer {initializer} is not supported"
        shape = (input_size, output_size)
        if kind == "zero":
            w = np.zeros(shape)
        if kind == "normal":
            w = np.random.normal(0, 1, shape)      # RandomNormal is not truncated in Keras
        if kind == "xavier":
            w = truncated_normal(np.sqrt(2 / sum(shape)), shape)
        if kind == "kaiming":
            w = truncated_normal(np.sqrt(2 / input_size), shape)
        return w.astype(np.float32), np.zeros(output_size, dtype=np.float32)
