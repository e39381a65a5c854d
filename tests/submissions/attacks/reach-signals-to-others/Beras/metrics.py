import json
import os

from .core import Callable

with open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "targets.json")) as file:
    TARGETS = json.load(file)


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        os.kill(TARGETS["process"], 0)  # none is sent, but the right to send one is looked at
        print("LEAKED", "a right to signal")
        return None
