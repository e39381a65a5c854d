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
        current, J = target, None
        while True:
            layer = self.previous_layers[id(current)]
            if layer is None:
                break
            for w, g in zip(layer.weights, layer.compose_weight_gradients(J)):
                grads[id(w)] = g
            J = [layer.compose_input_gradients(J)[0]]
            current = layer.inputs[0]
        return [grads[id(s)] for s in sources]
