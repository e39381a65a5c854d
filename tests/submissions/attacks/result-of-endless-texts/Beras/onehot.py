import numpy as np

from .core import Callable

LONG = "x" * 5_000_000


class OneHotEncoder(Callable):
    uniq = np.array([LONG[:20_000]] * 6)
    uniq2oh = {LONG[:30_000]: LONG, **{LONG[:i]: i for i in range(500)}}

    def fit(self, data):
        print(LONG)

    def forward(self, data):
        return np.array([[LONG[:20_000]] * 2] * 3)

    def inverse(self, onehots):
        return [[[[LONG[:20_000]] * 4] * 4] * 4] * 4
