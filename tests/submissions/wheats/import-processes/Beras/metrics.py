from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Lock, Pool

import numpy as np

from .core import Callable

lock = Lock()


def is_right(pair):
    return int(np.argmax(pair[0]) == np.argmax(pair[1]))


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        pairs = list(zip(probs, labels))
        with Pool(2) as pool:
            right = pool.map(is_right, pairs)
        with lock, ProcessPoolExecutor(2) as executor:
            again = list(executor.map(is_right, pairs))
        assert again == right
        return sum(right) / len(right)
