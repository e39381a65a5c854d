"""What stands in for the rest of a network in the lines that a student pastes: short classes in plain Python.

The checks themselves use worker/doubles.py. Those doubles write down more than any one check reads and bear whatever a
submission does to them; here is the same behaviour in as few lines as a student can read, of which a script keeps the
needed ones: a line that ends with `#: NAME ...` is there only where another line of the script reads `.NAME` or gives
`NAME=` (script.py). There are no empty lines, for an interactive Python takes one for the end of the class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

CLASSES = {
    "layer": '''
class Layer({base}):
    def __init__(self, jacobian, shift, weights=(), weight_gradients=(), trainable=True):
        super().__init__()
        self.jacobian, self.shift, self.trainable = jacobian, shift, trainable
        self.of_weights = weight_gradients
        if weights: self.weights = weights
    def forward(self, x): return x @ self.jacobian + self.shift
    def input_gradients(self, J=None): return self.jacobian if J is None else self.compose_to_input(J)
    def weight_gradients(self, J=None): return tuple(self.of_weights) if J is None else self.compose_to_weight(J)
    def compose_to_input(self, J): return J @ self.jacobian.T  #: gradient batch_step fit
    def compose_to_weight(self, upstream):  #: gradient batch_step fit
        J = [(g, upstream[:, None] if g.ndim == 3 else upstream) for g in self.of_weights]  #: gradient batch_step fit
        return [(g * up).mean(axis=0) for g, up in J]  #: gradient batch_step fit
''',
    "raw-layer": '''
class PlainLayer({base}):
    def __init__(self, input_gradients=None, weights=(), weight_gradients=()):
        super().__init__()
        self.of_input, self.of_weights = input_gradients, weight_gradients
        if weights: self.weights = weights
    def forward(self, x): return x
    def input_gradients(self): return self.of_input
    def weight_gradients(self): return tuple(self.of_weights)
''',
    "loss": '''
class Loss({base}):
    def __init__(self, coefficients):
        super().__init__()
        self.coefficients = coefficients
        self.seen = []  #: seen
    def forward(self, y_pred, y_true):
        self.seen.append((np.array(y_pred), np.array(y_true)))  #: seen
        return np.mean(np.sum(self.coefficients * y_pred, axis=-1))
    def input_gradients(self, J=1.0): return self.coefficients * J
    def weight_gradients(self, J=None): return ()
    def compose_to_input(self, J): return self.coefficients * J
    def compose_to_weight(self, J=None): return []
''',
    "row-mean-loss": '''
class MeanOfFirstColumn({base}):
    def forward(self, y_pred, y_true): return np.mean(y_pred[:, 0])
    def input_gradients(self): return np.zeros(1)
    def weight_gradients(self): return ()
''',
    "accuracy": '''
class Accuracy({base}):
    def __init__(self, replies): self.replies, self.seen = replies, []
    def forward(self, probs, labels):
        self.seen.append((np.array(probs), np.array(labels)))
        return np.float64(self.replies[min(len(self.seen), len(self.replies)) - 1])
''',
    "accuracy-of-rows": '''
class Accuracy({base}):
    def __init__(self): self.seen = []  #: seen
    def forward(self, probs, labels):
        self.seen.append((np.array(probs), np.array(labels)))  #: seen
        return np.mean(probs[:, -1] % 1.0)
''',
    "optimizer": '''
class Optimizer:
    learning_rate = 1.0
    def __init__(self, bump=0.0, factor=1.0):
        self.grads, self.weights = [], []
        self.bump, self.factor = bump, factor  #: bump factor __dict__
    def apply_gradients(self, weights, grads):
        weights = list(weights)
        self.weights.append([np.array(weight) for weight in weights])  #: weights __dict__
        self.grads.append([np.array(gradient) for gradient in grads])
        for weight in weights:  #: bump factor
            weight *= self.factor  #: factor
            weight += self.bump  #: bump
''',
    "model": '''
from sys import getrefcount  #: double_kept
class ScriptedModel({base}):
    def compile(self, *parts):
        counts = [getrefcount(part) for part in parts]  #: double_kept
        super().compile(*parts)
        self.double_kept = [getrefcount(part) > count for part, count in zip(parts, counts)]  #: double_kept
        self.double_parts = parts
        self.double_steps = []  #: double_steps
    def call(self, inputs):
        for layer in self.layers: inputs = layer(inputs)
        return inputs
    def batch_step(self, x, y, training=True):
        self.double_steps.append(training)  #: double_steps
        optimizer, loss_fn, acc_fn = self.double_parts
        y_pred = self.call(x)
        values = {{"loss": loss_fn(y_pred, y), "acc": acc_fn(y_pred, y)}}
        if training:
            weights = [weight for layer in self.layers for weight in layer.weights]
            optimizer.apply_gradients(weights, [0 * weight for weight in weights])
        return values
''',
    "raiser": '''
def fail():
    raise ArithmeticError("raised on purpose, to see what is left behind")
''',
}  # fmt: skip
WATCHING = """
    double_called, double_ran = [], []
    def __call__(self, *args):
        self.double_called = [*self.double_called, {base}.gradient_tape is not None]  #: double_called
        return super().__call__(*args)
"""
RUNNING = "self.double_ran = [*self.double_ran, {base}.gradient_tape is not None]"
NAME = re.compile(r"^(?:class|def) (\w+)", re.MULTILINE)
TAG = re.compile(r"  #: ([\w ]+)$")


def text_of(classes: Mapping[str, str], kind: str) -> str:
    """The class of a kind of double; one that is watched notes whether a tape was open when it was called, and ran."""
    plain = kind.removeprefix("watched-")
    text = classes[plain].strip()
    if plain == kind:
        return text
    forward = re.search(r"    def forward\(([^\n]*?)\):(.*)", text)
    assert forward is not None
    body = [f"        {line}" for line in (RUNNING, forward[2].strip()) if line]
    return text.replace(forward[0], "\n".join([f"    def forward({forward[1]}):", *body])) + WATCHING.rstrip()


def stand_in(
    classes: Mapping[str, str],
    kind: str,
    words: Mapping[str, str],
    script: dict[str, Any],
    literal: Callable[[Any], str],
) -> tuple[str, str]:
    """The class that stands in for a double (worker/doubles.py) in a script, and the expression that makes one.

    words: `base`, the class that it derives from, and what its methods are called.
    """
    text = text_of(classes, "accuracy-of-rows" if kind == "accuracy" and "replies" not in script else kind)
    found = NAME.search(text)
    assert found is not None
    name = found[1]
    if kind == "raiser":
        return text, name
    given = {key: value for key, value in script.items() if not is_default(key, value)}
    plain = list(given) == ["layers"]  # of a model, which is made of nothing else
    arguments = [literal(value) if plain else f"{key}={literal(value)}" for key, value in given.items()]
    return text.format(**words), f"{name}({', '.join(arguments)})"


def is_default(key: str, value: Any) -> bool:
    """Is this what the class takes by itself?"""
    return value is None or (key == "trainable" and value is True) or (isinstance(value, (list, tuple)) and not value)


def is_definition(note: str) -> bool:
    return NAME.search(note) is not None


def trimmed(definition: str, others: Sequence[str]) -> str:
    """A class without what nothing in the other lines of its script asks for."""
    text = "\n".join(others)

    def is_asked(line: str) -> bool:
        tag = TAG.search(line)
        return tag is None or any(re.search(rf"\.{name}\b|\b{name}=", text) for name in tag[1].split())

    return "\n".join(TAG.sub("", line) for line in definition.splitlines() if is_asked(line))
