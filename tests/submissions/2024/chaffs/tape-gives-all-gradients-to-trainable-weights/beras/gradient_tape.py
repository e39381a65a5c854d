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

    def gradient(self, target: Tensor, sources: Sequence[Tensor]) -> list[Tensor]:
        """The derivative of target, a loss, for each of sources: a list in their order, each in its source's shape.

        Sources may be any weights of the layers between, in any order; None for one that target does not depend
        on. The walk: take an array from the queue and ask `previous_layers` for the layer that made it. What is
        known of the array's own gradient is the J of that layer's compose methods, a list with one entry, [None]
        for the target. They give the gradients of the layer's weights and inputs; the inputs are the next in the
        queue.
        """
        stack = [(target, None)]
        grads = {}
        while stack:
            tensor, J = stack.pop()
            layer = self.previous_layers[id(tensor)]
            if layer is None:
                continue
            own = [w for w in layer.weights if w.trainable]
            for i, g in enumerate(layer.compose_weight_gradients(J)[: len(own)]):
                grads[id(own[i])] = g
            for x, g in zip(layer.inputs, layer.compose_input_gradients(J)):
                stack.append((x, [g]))
        return [grads.get(id(source)) for source in sources]
