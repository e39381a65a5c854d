from .core import Callable


def to_list(data):
    """numpy numbers and strings become those of Python"""
    return [item.item() if hasattr(item, "item") else item for item in data]


class OneHotEncoder(Callable):
    def __init__(self):
        self.uniq = []
        self.uniq2oh = {}

    def fit(self, data):
        self.uniq = sorted(set(to_list(data)))
        n = len(self.uniq)
        self.uniq2oh = {label: [float(i == j) for j in range(n)] for i, label in enumerate(self.uniq)}

    def forward(self, data):
        if not self.uniq:
            self.fit(data)
        return [list(self.uniq2oh[label]) for label in to_list(data)]

    def inverse(self, onehots):
        assert self.uniq, "OneHotEncoder has not been fitted yet"
        labels = []
        for row in onehots:
            row = list(row)
            labels.append(self.uniq[row.index(max(row))])
        return labels
