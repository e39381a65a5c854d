from abc import ABC, abstractmethod


class Callable(ABC):
    def __call__(self, *a, **k):
        return self.forward(*a, **k)

    @abstractmethod
    def forward(self, *a, **k): ...


class Diffable(Callable):
    gradient_tape = None
    weights = ()

    def __init__(self):
        self.trainable = True

    def __call__(self, *a, **k):
        if Diffable.gradient_tape is not None:
            Diffable.gradient_tape.operations.append(self)
        return super().__call__(*a, **k)

    @abstractmethod
    def input_gradients(self, eta): ...

    def weight_gradients(self, eta):
        return ()


class GradientTape:
    def __init__(self):
        self.operations = []

    def __enter__(self):
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exc):
        Diffable.gradient_tape = None
        return False

    def gradient(self):
        def back(i, eta):
            if i < 0:
                return []
            op = self.operations[i]
            own = list(op.weight_gradients(eta)) if op.trainable else []
            return back(i - 1, op.input_gradients(eta)) + own
        return back(len(self.operations) - 2, self.operations[-1].input_gradients())
