"""Random numbers as weights are drawn at first: how far they spread, and from which distribution they come."""

from __future__ import annotations

from grader.ask.notes import Call
from grader.ask.response import Response
from grader.diagnose.entry_words import table
from grader.diagnose.relations.case import ABOUT, Relation
from grader.judge.compare import Difference
from grader.judge.verdict import Verdict

UNIFORM, NEAR_UNIFORM = 1.8, 0.05  # kurtosis of a uniform distribution, and how far that of a large sample may be off
NORMAL = 3.0  # kurtosis of a normal distribution


def spread(verdict: Verdict, difference: Difference) -> Relation | None:
    """The standard deviation of weights that were drawn as another formula says, or not drawn."""
    actual = difference.actual
    if difference.entry != "std" or not isinstance(actual, float) or isinstance(difference.expected, bool):
        return None
    if actual == 0:
        name = verdict.probe.slug if verdict.probe.slug != "default" else "kaiming"
        return Relation(
            "all-zero",
            f"all weights are one and the same number: nothing was drawn for {name!r}, or with a width of 0",
        )
    n, m = sizes_of(verdict.seen)
    formulas = {
        "1": 1.0, "sqrt(2 / (n + m))": (2 / (n + m)) ** 0.5, "sqrt(2 / n)": (2 / n) ** 0.5,
        "sqrt(1 / n)": n**-0.5, "sqrt(2 / m)": (2 / m) ** 0.5, "sqrt(1 / m)": m**-0.5,
        "sqrt(1 / (n + m))": (n + m) ** -0.5, "2 / (n + m)": 2 / (n + m), "2 / n": 2 / n, "1 / n": 1 / n,
        "sqrt(6 / (n + m))": (6 / (n + m)) ** 0.5, "sqrt(6 / n)": (6 / n) ** 0.5, "sqrt(2) / n": 2**0.5 / n,
        "sqrt(2 / (n * m))": (2 / (n * m)) ** 0.5, "sqrt(2 / ((1 + 0.3^2) n))": (2 / (1.09 * n)) ** 0.5,
        "sqrt(3 / (n + m))": (3 / (n + m)) ** 0.5, "sqrt(2 / n + m)": (2 / n + m) ** 0.5,
        "sqrt(6 / n + m) / sqrt(3)": (2 / n + m / 3) ** 0.5, "sqrt(1 / (3 n))": (3 * n) ** -0.5,
    } if n and m else {}  # fmt: skip
    off = {text: abs(actual / value - 1) for text, value in formulas.items()}
    fitting = sorted((text for text in formulas if off[text] < ABOUT), key=lambda text: off[text])
    right = [text for text, value in formulas.items() if abs(difference.expected / value - 1) < ABOUT]
    if not fitting or not right:
        return None
    one_fan = ", one fan only" if "n + m" in right[0] and "n + m" not in fitting[0] and "*" not in fitting[0] else ""
    sentence = (
        f"the standard deviation is {actual:.3g}, which is {fitting[0]}{one_fan}, and should be {right[0]} = "
        f"{difference.expected:.3g} for n = {n:g} inputs and m = {m:g} outputs"
    )
    return Relation("other-distribution", sentence)


def distribution(difference: Difference) -> Relation | None:
    """The shape of the distribution that random numbers were drawn from."""
    if difference.entry != "kurtosis" or not isinstance(difference.actual, float):
        return None
    if abs(difference.actual - UNIFORM) > NEAR_UNIFORM:
        return None
    return Relation(
        "other-distribution",
        f"the kurtosis is {difference.actual:.2f}: evenly distributed numbers have {UNIFORM:g}, normally distributed"
        f" ones {NORMAL:g}",
    )


def sizes_of(seen: Response) -> tuple[int, int]:
    """Inputs and outputs of the first layer that a probe made, 0 where it made none."""
    layers = [note for note in seen.notes if isinstance(note, Call) and note.target in table("FANS")]
    sizes = [int(each.number) for layer in layers[:1] for each in layer.args[:2]]
    return (sizes[0], sizes[1]) if len(sizes) == 2 else (0, 0)
