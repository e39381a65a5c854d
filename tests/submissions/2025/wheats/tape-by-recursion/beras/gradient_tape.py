from collections import defaultdict

from beras.core import Diffable, Tensor


class GradientTape:
    def __init__(self):
        # Dictionary mapping the object id of an output Tensor to the Diffable layer it was produced from.
        self.previous_layers = defaultdict(lambda: None)

    def __enter__(self):
        if Diffable.gradient_tape is not None:
            raise RuntimeError("Cannot nest gradient tape scopes.")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        Diffable.gradient_tape = None

    def gradient(self, target, sources):
        grads = {}

        def walk(tensor, J):
            layer = self.previous_layers[id(tensor)]
            if layer is None:
                return
            for w, g in zip(layer.weights, layer.compose_weight_gradients(J)):
                grads[id(w)] = grads[id(w)] + g if id(w) in grads else g
            for x, g in zip(layer.inputs, layer.compose_input_gradients(J)):
                walk(x, [g])

        walk(target, None)
        return [grads.get(id(s)) for s in sources]
