import itertools

from .core import Callable


class Endless(list):
    def __iter__(self):
        return itertools.islice(itertools.count(), 300_000)


class OneHotEncoder(Callable):
    uniq = property(lambda self: itertools.count())
    uniq2oh = property(lambda self: {}.items())

    def fit(self, data):
        yield data

    def forward(self, data):
        return ([int(i == j) for j in range(4)] for i in range(len(data)))

    def inverse(self, onehots):
        return Endless([1])
