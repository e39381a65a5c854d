from .core import Diffable


class Stack:
    """What the calls of one layer in one step left for the way back, the latest on top."""

    def __init__(self, layer):
        self.layer = layer
        self.items = []

    def push(self, item):
        tape = Diffable.gradient_tape
        if tape is None or tape.operations.count(self.layer) <= 1:
            self.items.clear()  # of an earlier step
        self.items.append(item)

    def top(self):
        return self.items[-1]

    def pop(self):
        return self.items.pop()
