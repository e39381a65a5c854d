from .core import Callable

LONG = "x" * 5_000_000


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        raise type(LONG, (Exception,), {})(LONG)
