from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        for i in range(1000):  # 2 GB
            with open(f"large-{i}", "wb") as file:
                file.write(bytes(2_000_000))
        print("LEAKED", "2 GB of disk")
        return None
