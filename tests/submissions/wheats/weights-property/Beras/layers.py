import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        weight, bias = self._initialize_weight(initializer, input_size, output_size)
        self.__params = {"weight": weight, "bias": bias}
        self.__cache = None

    @property
    def w(self):
        return self.__params["weight"]

    @property
    def b(self):
        return self.__params["bias"]

    @property
    def weights(self):
        return list(self.__params.values())

    def forward(self, x):
        self.__cache = x
        return x.dot(self.w) + self.b

    def input_gradients(self):
        return self.w.copy()   # a copy, so that nobody changes my weights by accident

    def weight_gradients(self):
        return self.__cache[:, :, np.newaxis], np.ones(self.b.shape, self.b.dtype)

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        kind = initializer.lower()
        scale = None
        if kind == "zero": scale = 0.0
        if kind == "normal": scale = 1.0
        if kind == "xavier": scale = np.sqrt(2.0 / (input_size + output_size))
        if kind == "kaiming": scale = np.sqrt(2.0 / input_size)
        assert scale is not None, "unknown initializer %s" % initializer
        return (
            np.random.normal(loc=0.0, scale=scale, size=(input_size, output_size)).astype("f4"),
            np.zeros(output_size, "f4"),
        )
