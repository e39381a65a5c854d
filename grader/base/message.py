"""What is told about one check: a headline, labelled parts, and lines to paste. Reports lay these out, each in its way.

The parts, in this order, as far as there is something to say: `your line`, `came back`, `expected`, `pattern`,
`printed`, `next`.
As plain text each part begins on a line of its own, and the lines to paste come last, flush left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

LABEL = 11  # columns of a label in front of its text
PASTE = f"  {'try it':<{LABEL}}paste this into Python, in the folder of the code:"
Part = tuple[str, str]  # a label and its text, which may have several lines


@dataclass(frozen=True)
class Message:
    """One message. It is false where nothing is to be said; str() lays it out as plain text."""

    headline: str = ""
    parts: tuple[Part, ...] = field(default=())
    script: str = ""  # lines of Python

    def __bool__(self) -> bool:
        return bool(self.headline or self.parts or self.script)

    def __str__(self) -> str:
        return "\n".join([*self.lines(), *([PASTE, self.script] if self.script else [])])

    def lines(self) -> list[str]:
        """Headline and parts as lines of plain text; further lines of a part are indented under its first."""
        found = self.headline.splitlines()
        for label, text in self.parts:
            first, *further = text.splitlines() or [""]
            found += [f"  {label:<{LABEL}}{first}", *(" " * (LABEL + 2) + line for line in further)]
        return found

    @property
    def first_line(self) -> str:
        return self.headline.partition("\n")[0]

    def brief(self) -> str:
        """Everything but the lines to paste, as plain text without columns."""
        return "\n".join([self.headline, *(f"{label}: {text}" for label, text in self.parts)])

    def with_part(self, label: str, text: str) -> Message:
        """The same with one part more; the same where that part says nothing."""
        return replace(self, parts=(*self.parts, (label, text))) if text else self


def message(headline: str, parts: Iterable[Part] = (), script: str = "") -> Message:
    """A message of the parts that say something."""
    return Message(headline, tuple(each for each in parts if each[1]), script)
