"""The course's own given compose methods, which go through a batch example by example."""

from __future__ import annotations

import re
from pathlib import Path

METHODS = """\
    def compose_to_input(self, J):
        local = self.input_gradients()
        batch_size, n = J.shape[0], local.shape[-2]
        composed = np.zeros((batch_size, n), dtype=local.dtype)
        for b in range(batch_size):
            jacobian = local[b] if len(local.shape) == 3 else local
            composed[b] = jacobian @ J[b]
        return composed

    def compose_to_weight(self, J):
        assert hasattr(self, "weights"), f"{type(self).__name__} has no weights"
        composed = []
        for weight, local in zip(self.weights, self.weight_gradients()):
            batch_size = J.shape[0]
            each = np.zeros((batch_size, *weight.shape), dtype=local.dtype)
            for b in range(batch_size):
                gradient = local[b] if len(local.shape) == 3 else local
                each[b] = gradient * J[b]
            composed.append(np.mean(each, axis=0))
        return composed


"""
GIVEN = re.compile(r"    def compose_to_input.*?(?=^class GradientTape)", re.DOTALL | re.MULTILINE)


def put_into(submission: Path) -> None:
    """Gives a copy of the reference the original methods."""
    core = submission / "Beras" / "core.py"
    text, count = GIVEN.subn(lambda _: METHODS, core.read_text(encoding="utf-8"))
    assert count == 1
    core.write_text(text, encoding="utf-8")
