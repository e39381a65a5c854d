from abc import ABC, abstractmethod

import numpy as np


class Callable(ABC):
    """Given. Whatever can be called: calling it runs forward."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    @abstractmethod
    def forward(self, *args, **kwargs):
        """The output for some inputs; may keep what a gradient needs later."""


class Diffable(Callable):
    """Given. Whatever can be differentiated: layers, activations, losses."""

    # The tape that listens at the moment, one for all
    gradient_tape = None

    def __init__(self):
        super().__init__()
        self.trainable = True

    def __call__(self, *args, **kwargs):
        tape = Diffable.gradient_tape
        if tape is not None:
            tape.operations += [self]
        return self.forward(*args, **kwargs)

    @abstractmethod
    def input_gradients(self):
        """The Jacobian for the input, one for the whole batch or one for each example."""

    def weight_gradients(self):
        """The gradients of the weights; only some layers have any."""
        return ()

    def compose_to_input(self, J):
        """Upstream gradient times local Jacobian, example by example."""
        local = self.input_gradients()
        rows = J.shape[0]
        n, _ = local.shape[-2:]
        composed = np.zeros((rows, n), dtype=local.dtype)
        for row in range(rows):
            jacobian = local[row] if local.ndim == 3 else local
            composed[row] = jacobian @ J[row]
        return composed

    def compose_to_weight(self, J):
        """Upstream gradient times local gradient, averaged over the batch; one array for each weight."""
        assert hasattr(self, "weights"), f"{self.__class__.__name__} has no weights to compose to"
        averages = []
        for weight, local in zip(self.weights, self.weight_gradients()):
            rows = J.shape[0]
            composed = np.zeros((rows, *weight.shape), dtype=local.dtype)
            for row in range(rows):
                gradient = local[row] if len(local.shape) == 3 else local
                composed[row] = gradient * J[row]
            averages += [np.mean(composed, axis=0)]
        return averages


class GradientTape:
    def __init__(self):
        # What was called while the tape was open, in order
        self.operations = []

    def __enter__(self):
        if Diffable.gradient_tape is not None:
            raise ValueError("one tape is open already")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        Diffable.gradient_tape = None

    def gradient(self):
        """The gradients of all weights, first layer first."""
        grads = []
        return grads
