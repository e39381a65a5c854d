"""What `grade explain COMPONENT` prints: where it is written, what is asked of it, and what often goes wrong there."""

from __future__ import annotations

from collections.abc import Iterable

from grader.ask.probe import Probe, all_probes
from grader.diagnose import pages
from grader.homework import FIRST
from grader.judge.scoring import decimal, worths
from grader.rubric import Rubric


def component_page(name: str, rubric: Rubric, mistakes: Iterable[str]) -> str:
    """The page of a component of the rubric's year, in Markdown. mistakes: the codes of those that are known there."""
    year, track = rubric.edition, rubric.default_track
    checks = [probe for probe in all_probes(year) if probe.component == name and probe.name not in rubric.hidden]
    of_year = "" if year is FIRST else f" --edition {year.year}"
    told = [f"- `{code}`: {title}" for code in mistakes if (title := pages.title(code, year))]
    parts = [
        f"# {name}",
        f"{where(name, rubric)} The docstrings in that file are the contract. This is what is asked of\n"
        f"it, with points{'' if len(rubric.points) == 1 else f' on track {track}'}:",
        "\n".join(line(probe, rubric, track) for probe in checks),
    ]
    if told:
        more = f"`grade explain CODE{of_year}` says more about one:"
        parts += ["## What often goes wrong", f"The grader knows these mistakes. {more}", "\n".join(sorted(told))]
    return "\n\n".join(parts) + "\n"


def where(name: str, rubric: Rubric) -> str:
    """File and points in two sentences."""
    year = rubric.edition
    file = f"It is in `{year.file_of(year.module_of(name))}`."
    worth = rubric.points[rubric.default_track].get(name)
    if name in year.given:
        return f"{file} It is given, and worth nothing: leave it as it is."
    bonus = rubric.bonus.get(name)
    if bonus:
        return f"{file} It brings up to {decimal(bonus):g} points on top of the total."
    return f"{file} It is worth {decimal(worth):g} points." if worth else f"{file} It is worth no points."


def line(probe: Probe, rubric: Rubric, track: str) -> str:
    worth = decimal(worths(probe.component, rubric, track)[probe.name])
    return f"- {probe.title}" + (f" ({worth:g})" if worth else "")
