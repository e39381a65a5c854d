from .core import Callable

itself = []
itself += [itself]
many = [0]
for _ in range(14):
    many = [many, many]
deep = {}
for _ in range(900):
    deep = {"a": deep}


class OneHotEncoder(Callable):
    uniq = itself
    uniq2oh = deep

    def fit(self, data):
        return None

    def forward(self, data):
        return many

    def inverse(self, onehots):
        return [itself, deep]
