"""What a probe asked with: named arrays, and sizes that a wrong factor may be named after.

Read from the notes of a probe (ask/notes.py) and the arrays that its calls were given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from grader.ask.notes import Assignment, Call, Write
from grader.ask.response import Response
from grader.diagnose.entry_words import table

BATCHED = ("fit", "evaluate")  # methods whose last argument is a batch size
EXACT = 1e-5  # how well a factor must fit a size to be named after it
MOST_NAMES = 2  # sizes that coincide: more in one sentence say nothing
NUMBERS = (("a percentage", 100.0), ("the largest byte", 255.0), ("", 2.0))
ROOTS = (("", 2.0), ("", 3.0))
LN2 = float(np.log(2))
FORMS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("{}", lambda size: size),
    ("1 over {}", lambda size: 1 / size),
    ("the square root of {}", lambda size: size**0.5),
    ("1 over the square root of {}", lambda size: size**-0.5),
    ("the square of {}", lambda size: size**2),
    ("1 over the square of {}", lambda size: size**-2),
)
NUMBER_OF = "the number of "
RATIOS = (NUMBER_OF + "rows", NUMBER_OF + "columns")
COUNTED = (NUMBER_OF + "batches", NUMBER_OF + "rows")  # a mean may divide by one too many, or one too few


@dataclass(frozen=True)
class Asked:
    """`arrays` are (what a student knows it as, array); `sizes` are (words, number), the likeliest first.

    weights: those of the arrays that were given to an optimizer.
    """

    arrays: tuple[tuple[str, np.ndarray], ...] = ()
    sizes: tuple[tuple[str, float], ...] = ()
    weights: tuple[tuple[str, np.ndarray], ...] = ()

    def names_of(self, factor: float, alone: bool = False, exact: float = EXACT) -> str:
        """What a factor may come from, as the end of a sentence; '' where no size fits, nor a ratio of two.

        alone: the factor of a single number, for which two sizes together prove nothing: some pair is near by chance.
        """
        name = self._name(abs(factor), alone, exact)
        return f": that is {'minus ' if factor < 0 else ''}{name}" if name else ""

    def _name(self, factor: float, alone: bool, exact: float) -> str:
        def fits(value: float) -> bool:
            return abs(factor / value - 1) < exact

        for form, function in FORMS:
            counts = [(words, size) for words, size in self.sizes if size > 1]
            known = [*counts, *ROOTS] if "root" in form else [*self.sizes, *NUMBERS]
            if "the square of" in form:
                known = [] if alone else counts
            fitting = [(words, size) for words, size in known if fits(function(size))]
            if fitting:
                return form.format(one_name([words for words, _ in fitting], fitting[0][1]))
        if fits(LN2) or fits(1 / LN2):
            return "ln 2" if fits(LN2) else "1 over ln 2"
        if alone:
            return ""
        sizes = [("", 2.0), *((words, size) for words, size in self.sizes if words in RATIOS)]
        ratios = [
            f"{sized(*a)}{', ' if a[0] else ' '}over {sized(*b)}"
            for a, b in permutations(sizes, 2)
            if fits(a[1] / b[1])
        ]
        for words, size in self.sizes:
            for other in (size + 1, size - 1) if words in COUNTED else ():
                ratios += [f"{sized(words, size)}, over {other:g}"] if other and fits(size / other) else []
                ratios += [f"{other:g} over {sized(words, size)}"] if fits(other / size) else []
        return ratios[0] if ratios else ""


def sized(words: str, size: float) -> str:
    return f"{words}, {size:g}" if words else f"{size:g}"


def one_name(words: Sequence[str], size: float) -> str:
    """A size with what it may be: one name, or two in short where two sizes are equal."""
    names = list(dict.fromkeys(filter(None, words)))[:MOST_NAMES]
    if not names:
        return f"{size:g}"
    first, *second = names
    if "" in words:
        return f"{size:g}, perhaps {first}"
    if not second:
        return sized(first, size)
    other = second[0].replace("the number of", "of") if first.startswith(NUMBER_OF) else second[0]
    return f"{size:g}, {first} or {other}"


def asked(seen: Response) -> Asked:
    """Everything that the notes of a probe, and the arrays it sent, tell."""
    calls = [note for note in seen.notes if isinstance(note, Call)]
    named = [found for note in seen.notes if (found := assigned(note)) is not None]
    weights = named if any(call.method in table("IN_PLACE") for call in calls) else []
    named = named + [
        (f"{f'argument {place}' if len(call.args) > 1 else 'the argument'} of {call.function}", argument.array)
        for call in calls
        for place, argument in enumerate(call.args, 1)
        if argument.array is not None
    ]
    named += [(f"array {place} of the lines above", array) for place, array in enumerate(seen.inputs, 1)]
    arrays: list[tuple[str, np.ndarray]] = []
    for name, array in named:  # a name of its own before a place in the lines
        if not any(np.array_equal(array, other) for _, other in arrays):
            arrays.append((name, array))
    return Asked(tuple(arrays), tuple(sizes(seen, calls)), tuple(weights))


def assigned(note: object) -> tuple[str, np.ndarray] | None:
    """`x = np.array(...)` and `dense.w[...] = np.array(...)`."""
    if not isinstance(note, (Assignment, Write)) or note.value.array is None:
        return None
    return note.name if isinstance(note, Assignment) else note.target, note.value.array


def sizes(seen: Response, calls: Sequence[Call]) -> Iterator[tuple[str, float]]:
    """Numbers that a forgotten or superfluous factor is likely to be."""
    tables = [array for array in seen.inputs if array.ndim]
    rows = tables[0].shape[0] if tables else 0
    for call in calls:
        if call.called in BATCHED and call.args and (batch := call.args[-1].number):
            yield from size("the number of batches", rows // batch)
            yield from size("the batch size", batch)
        argument = table("FACTORS").get(call.called, "")
        numbers = [each for each in call.args if each.number]
        given = [call.kwargs[argument]] if argument in call.kwargs else numbers[:1] if argument else []
        for each in given:
            yield from size(f"the {argument.replace('_', ' ')}", each.number)
    yield from size("the number of rows", rows)
    columns = list(dict.fromkeys(array.shape[1] for array in tables if array.ndim == 2))
    for number_of in columns:
        yield from size("the number of columns", number_of)
    if len(columns) == 1:
        yield from size("the number of entries", rows * columns[0])


def size(words: str, number: float) -> Iterator[tuple[str, float]]:
    if number > 0 and number != 1:
        yield words, float(number)
