"""Edit: one small change of a function, and what it says of the line that it changes."""

from __future__ import annotations

from dataclasses import dataclass

from grader.diagnose.repair.text import Piece

# Kinds, the most telling first
TAKEN, EXCHANGED, NUMBERED, MOVED, REPEATED, NAMED, ADDED, ADDED_WITHIN = range(8)
CHANGING = frozenset({TAKEN, EXCHANGED, NUMBERED, MOVED, REPEATED, NAMED})
ADDING = frozenset({ADDED, ADDED_WITHIN})
SILENT = frozenset({"pass", "False"})  # in place of a statement, or of a condition
RIGHT = "{right}"  # where a sentence says how many answers become right


@dataclass(frozen=True)
class Edit:
    """function: `Class.method`, of `file`, or what is a constant there, `Class.eps`. line: where the change is.

    sentence: what is wrong there, with RIGHT in it.

    size: of the change in characters: of two that do the same the smaller one is told. rank: among those of its kind,
    0 for the likeliest.
    """

    kind: int
    file: str
    function: str
    line: int
    quoted: str
    sentence: str
    pieces: tuple[Piece, ...] = ()
    size: int = 0
    rank: int = 0

    @property
    def copies(self) -> bool:
        """Does it only make an array of its own?"""
        return any(new.endswith(".copy())") for _, _, new in self.pieces)

    @property
    def retypes(self) -> bool:
        """Does it make floats, and change no number?"""
        return any(new.endswith(".astype(float))") for _, _, new in self.pieces)

    @property
    def silences(self) -> bool:
        """Does it only keep something from running?"""
        return any(new in SILENT for _, _, new in self.pieces)
