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
        import numpy as np
        found = {}
        todo = [(target, None)]
        while len(todo) > 0:
            tensor, upstream = todo.pop(0)
            layer = self.previous_layers[id(tensor)]
            if layer is None:
                continue
            for w, dw in zip(layer.weights, layer.compose_weight_gradients([upstream])):
                found[id(w)] = np.clip(dw, -0.5, 0.5)
            for x, dx in zip(layer.inputs, layer.compose_input_gradients([upstream])):
                todo.append((x, dx))
        return [found.get(id(s)) for s in sources]
