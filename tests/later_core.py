"""The given Diffable of the years from 2023 on, as real hand-ins have it.

It composes example by example, says in words of its own where that fails, and takes the names of its arguments from
all local variables of `forward`.
"""

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
                    try:
                        one[b] = jacobian @ up[b]
                    except ValueError as error:
                        raise ValueError(f"row {b}, {jacobian.shape} times {up[b].shape}: {error}") from error
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
                    try:
                        each[b] = gradient * up[b]
                    except ValueError as error:
                        raise ValueError(f"row {b}, {gradient.shape} with {up[b].shape}: {error}") from error
                composed.append(np.sum(each, axis=0))
        return composed

"""
CALL = """\
    def __call__(self, *args, **kwargs):
        self.argnames = self.forward.__code__.co_varnames[1:]
        self.input_dict = dict(zip(self.argnames, args))
        self.input_dict.update(kwargs)
        self.inputs = [self.input_dict[name] for name in self.argnames if name in self.input_dict]
        self.outputs = self.forward(*args, **kwargs)
        several = isinstance(self.outputs, (list, tuple))
        if not several:
            self.outputs = [self.outputs]
        if Diffable.gradient_tape is not None:
            for output in self.outputs:
                Diffable.gradient_tape.recorded[id(output)] = self
        return self.outputs if several else self.outputs[0]

"""
CALL_WITHOUT_TAPE = """\
    def __call__(self, *args, **kwargs):
        self.argnames = self.forward.__code__.co_varnames[1:]
        self.ins = dict(zip(self.argnames, args))
        self.ins.update(kwargs)
        self.inputs = [self.ins[name] for name in self.argnames if name in self.ins]
        self.outputs = self.forward(*args, **kwargs)
        several = isinstance(self.outputs, (list, tuple))
        if not several:
            self.outputs = [self.outputs]
        for output in self.outputs:
            output.backward = self.backward
        return self.outputs if several else self.outputs[0]

"""
OWN_CALL = re.compile(
    r"    def __call__\(self, \*args: Any, \*\*kwargs: Any\) -> Any:.*?(?=^    @)", re.DOTALL | re.MULTILINE
)
GIVEN = re.compile(
    r"    def compose_(?:to_input|input_gradients)\(self, J.*?(?=^def times_jacobian)", re.DOTALL | re.MULTILINE
)


def methods(words: dict[str, str], text: str = METHODS) -> str:
    """The methods in a year's words."""
    return re.sub(r"\w+", lambda found: words.get(found[0], found[0]), text)


def put_into(core: Path, words: dict[str, str]) -> None:
    """Gives the core.py of a copy of a later year's reference these methods."""
    text, count = GIVEN.subn(lambda _: methods(words), core.read_text(encoding="utf-8"))
    assert count == 1
    core.write_text(text, encoding="utf-8")


def put_all_into(core: Path, words: dict[str, str], recorded: str) -> None:
    """Gives it these methods, and the `__call__` that comes with them. recorded: the tape's attribute; '' for none."""
    put_into(core, words)
    call = methods({**words, "recorded": recorded}, CALL if recorded else CALL_WITHOUT_TAPE)
    text, count = OWN_CALL.subn(lambda _: call, core.read_text(encoding="utf-8"))
    assert count == 1
    core.write_text(text, encoding="utf-8")
