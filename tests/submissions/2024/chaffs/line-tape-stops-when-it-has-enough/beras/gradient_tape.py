"""GradientTape: the chain rule, from a loss back to every weight.

While a tape is open, each layer that is called leaves a note on it: this array is mine. That is all a tape
knows, and enough: a layer keeps the arrays that went into it, and each of those has a note of its own, down to
the data, which nobody made.
"""

from collections import defaultdict
from collections.abc import Sequence

from .core import Diffable, Tensor


class GradientTape:
    """Records who made which array, then differentiates one of them, the loss.

        with GradientTape() as tape:
            loss = loss_fn(layer(x), y)
        grad_w, grad_b = tape.gradient(loss, layer.trainable_variables)

    On entering, it becomes `Diffable.gradient_tape`, and RuntimeError if there is one already; on leaving, by an
    exception too, that is None again.

    previous_layers   id of an array -> the Diffable whose output it is; None for an array that no layer made
    """

    def __init__(self) -> None:
        self.previous_layers: defaultdict[int, Diffable | None] = defaultdict(lambda: None)

    def __enter__(self) -> "GradientTape":
        if Diffable.gradient_tape is not None:
            raise RuntimeError("GradientTape: another tape is open already, and one inside another cannot record")
        Diffable.gradient_tape = self
        return self

    def __exit__(self, *exception: object) -> None:
        Diffable.gradient_tape = None

    def gradient(self, target, sources):
        queue = [target]
        grads = {}
        while queue and len(grads) < len(sources):
            out = queue.pop(0)
            layer = self.previous_layers[id(out)]
            if layer is None:
                continue
            J = [grads.get(id(out))]
            weight_grads = layer.compose_weight_gradients(J)
            for i, w in enumerate(layer.weights):
                grads[id(w)] = weight_grads[i]
            input_grads = layer.compose_input_gradients(J)
            for i, x in enumerate(layer.inputs):
                grads[id(x)] = input_grads[i]
                queue.append(x)
        return [grads.get(id(s)) for s in sources]
