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
        queue = [target]
        grads = defaultdict(lambda: None)

        while queue:
            current = queue.pop(0)
            layer = self.previous_layers[id(current)]
            if layer is None:
                continue
            J = grads[id(current)]
            J = J and J[0]

            weight_grads = layer.compose_weight_gradients(J)
            for weight, grad in zip(layer.weights, weight_grads):
                grads[id(weight)] = [grad]

            input_grads = layer.compose_input_gradients(J)
            for inp, grad in zip(layer.inputs, input_grads):
                grads[id(inp)] = [grad]
                queue.append(inp)

        return [grads[id(source)][0] for source in sources]
