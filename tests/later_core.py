"""The given compose methods of the years from 2023 on, as real hand-ins have them: example by example."""

from __future__ import annotations

import re
from pathlib import Path

METHODS = """\
    def compose_to_input(self, J=None):
        if J is None or J[0] is None:
            return self.input_gradients()
        composed = []
        for up in J:
            for x, local in zip(self.inputs, self.input_gradients()):
                one = np.zeros(x.shape, dtype=local.dtype)
                for b in range(up.shape[0]):
                    jacobian = local[b] if len(local.shape) == 3 else local
                    one[b] = jacobian @ up[b]
                composed.append(one)
        return composed

    def compose_to_weight(self, J=None):
        if J is None or J[0] is None:
            return self.weight_gradients()
        composed = []
        for up in J:
            for weight, local in zip(self.weights, self.weight_gradients()):
                each = np.zeros((up.shape[0], *weight.shape), dtype=local.dtype)
                for b in range(up.shape[0]):
                    gradient = local[b] if len(local.shape) == 3 else local
                    each[b] = gradient * up[b]
                composed.append(np.sum(each, axis=0))
        return composed

"""
GIVEN = re.compile(
    r"    def compose_(?:to_input|input_gradients)\(self, J.*?(?=^def times_jacobian)", re.DOTALL | re.MULTILINE
)


def methods(words: dict[str, str]) -> str:
    """The methods in a year's words."""
    return re.sub(r"\w+", lambda found: words.get(found[0], found[0]), METHODS)


def put_into(core: Path, words: dict[str, str]) -> None:
    """Gives the core.py of a copy of a later year's reference these methods."""
    text, count = GIVEN.subn(lambda _: methods(words), core.read_text(encoding="utf-8"))
    assert count == 1
    core.write_text(text, encoding="utf-8")
