"""What stands in for the rest of a network in the lines that a student pastes: short classes in plain Python.

The checks themselves use doubles of the homework (its worker/doubles.py). Those doubles write down more than any one
check reads and bear whatever a submission does to them; here is the same behaviour in as few lines as a student can
read, of which a script keeps the needed ones: a line that ends with `#: NAME ...` is there only where another line of
the script reads `.NAME` or gives `NAME=` (script.py). There are no empty lines, for an interactive Python takes one for
the end of the class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
    """The class that stands in for a double in a script, and the expression that makes one.

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


def trimmed(definition: str, others: Sequence[str]) -> str:
    """A class without what nothing in the other lines of its script asks for."""
    text = "\n".join(others)

    def is_asked(line: str) -> bool:
        tag = TAG.search(line)
        return tag is None or any(re.search(rf"\.{name}\b|\b{name}=", text) for name in tag[1].split())

    return "\n".join(TAG.sub("", line) for line in definition.splitlines() if is_asked(line))
