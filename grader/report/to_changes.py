"""What became different from one result to the next, for `grade watch`."""

from __future__ import annotations

from dataclasses import replace

from tabulate import tabulate

from grader.base.columns import wrap
from grader.report.details import points, summary_line
from grader.report.to_table import details, paint, shorten, training
from grader.result import ComponentResult, Components, Result

HEADERS = ("component", "outcome", "points", "why")


def merged(before: Result, now: Result, graded: tuple[str, ...]) -> Result:
    """`before`, with what `now` says about the components that were graded again."""
    order = [part.name for part in before.components]
    parts = {part.name: part for part in before.components if part.name not in graded}
    parts |= {part.name: part for part in now.components}
    trained = {each.model: each for each in before.training if each.component not in graded}
    trained |= {each.model: each for each in now.training}
    total = before.max_score + before.not_graded
    possible = round(sum(part.max_points for part in parts.values()), 2)
    return replace(
        now,
        components=Components(sorted(parts.values(), key=lambda part: place(part, order))),
        training=list(trained.values()),
        score=round(sum(part.points for part in parts.values()), 2),
        max_score=possible,
        not_graded=round(total - possible, 2),
        not_judged=round(sum(part.not_judged for part in parts.values()), 2),
    )


def place(part: ComponentResult, order: list[str]) -> int:
    return order.index(part.name) if part.name in order else len(order)


def changed(before: Result, now: Result) -> list[tuple[ComponentResult | None, ComponentResult | None]]:
    """Components of which something is different, each as it was and as it is; None where there is none."""
    old, new = ({part.name: part for part in each.components} for each in (before, now))
    names = list(dict.fromkeys([*new, *old]))
    return [(old.get(name), new.get(name)) for name in names if told(old.get(name)) != told(new.get(name))]


def told(part: ComponentResult | None) -> object:
    """All of a component that a person is told."""
    return part and (part.outcome, part.points, part.why, [(each.outcome, each.message) for each in part.probes])


def to_changes(before: Result, now: Result, verbose: bool = False, colour: bool = False, width: int = 80) -> str:
    """The rows that changed, what they lose now in full, and the new total."""
    pairs = changed(before, now)
    rows = [part for _, part in pairs if part is not None]
    only = replace(now, components=Components(rows), training=[])
    names = {part.name for part in rows}
    again = [each for each in now.training if each.component in names]
    parts = [
        table(pairs, colour, width),
        details(only, verbose, colour, width),
        training(replace(only, training=again), width),
        "\n".join(wrap(summary_line(now), width)),
    ]
    return "\n\n".join(each for each in parts if each) + "\n"


def table(pairs: list[tuple[ComponentResult | None, ComponentResult | None]], colour: bool, width: int) -> str:
    """One row a component, with what it was before."""
    if not pairs:
        return "nothing is different"
    cells = []
    for old, new in pairs:
        was, now = (part.outcome if part else "not there" for part in (old, new))
        earned = [points(part) if part else "-" for part in (old, new)]
        if earned[0].partition(" / ")[2] == earned[1].partition(" / ")[2]:
            earned[0] = earned[0].partition(" / ")[0]
        name = (new or old).name  # type: ignore[union-attr]  # one of them is there
        cells.append((name, was, now, " → ".join(dict.fromkeys(earned)), new.why if new else ""))
    plain = [(name, " → ".join(dict.fromkeys((was, now))), earned) for name, was, now, earned, _ in cells]
    taken = sum(max([len(head) + 2, *map(len, column)]) + 2 for head, *column in zip(HEADERS, *plain))
    rows = [
        [
            name,
            " → ".join(paint(each, colour) for each in dict.fromkeys((was, now))),
            earned,
            shorten(why, width - taken),
        ]
        for name, was, now, earned, why in cells
    ]
    return tabulate(rows, headers=HEADERS, disable_numparse=True, tablefmt="simple")
