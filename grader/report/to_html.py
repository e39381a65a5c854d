"""The result as one HTML file: it asks for nothing from the network and runs no script, and says so to the browser.

The template (report.html) escapes everything that it is given but the pages, which page.py escapes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from grader.diagnose.entry_words import phrase
from grader.homework import FIRST, HOMEWORK, Edition, edition
from grader.report import pictures
from grader.report.details import cause, in_order, points, share_text, summary_line, to_mend_first
from grader.report.page import page
from grader.result import ComponentResult, Outcome, ProbeResult, Result, TrainingResult, accuracy_text

ICONS = {  # icon and class; the word stands beside it
    "passed": ("✓", "good"),
    "partial": ("◐", "half"),
    "blocked": ("‖", "none"),
    "not implemented": ("○", "none"),
    "not on this track": ("–", "none"),
    "not asked": ("–", "none"),
    "not finished": ("…", "none"),
    "not graded": ("…", "none"),
}


@cache
def template(name: str = "report.html", *folders: Path) -> Template:
    """A page; those of other folders extend the report's and so look alike."""
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"anchor": anchor, "points": points, "icon": icon, "kind": kind}
    environment.globals["homework"] = HOMEWORK.title
    return environment.get_template(name)


def to_html(result: Result) -> str:
    year = edition(result.edition)
    parts = [component(part, year) for part in to_mend_first(result.components)]
    text = template().render(
        result=result,
        summary=summary_line(result),
        share=share_text(result) if result.max_score else "",
        to_mend=[each for each in parts if not each["row"].is_fine],
        fine=[each for each in parts if each["row"].is_fine],
        trainings=[training(each) for each in result.training],
        shades=pictures.SHADES,
        chart_size=(pictures.WIDTH, pictures.HEIGHT, pictures.LEFT, pictures.RIGHT, pictures.TOP, pictures.BOTTOM),
    )
    return text.strip() + "\n"


def anchor(name: str) -> str:
    """A name as an id."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).lower()


def icon(outcome: str) -> str:
    return ICONS.get(outcome, ("✗", "bad"))[0]


def kind(outcome: str) -> str:
    return ICONS.get(outcome, ("✗", "bad"))[1]


def component(part: ComponentResult, year: Edition) -> dict[str, Any]:
    """A component, its checks that lost points or were not judged, and those that passed. A cause is told once."""
    told: dict[tuple[str, ...], str] = {}
    causes = [[first, *others] for first, others in in_order(part)]
    checks = [check(probe, told, year) for cause in causes for probe in cause if probe.outcome != Outcome.PASSED]
    return {
        "row": part,
        "why": part.why,
        "checks": checks,
        "passed": [probe for probe in part.probes if probe.outcome == Outcome.PASSED],
    }


def check(probe: ProbeResult, told: dict[tuple[str, ...], str], year: Edition = FIRST) -> dict[str, Any]:
    """One check; `told` says which check told a cause in full. The first one is open, all others are folded."""
    here = probe.name.partition("/")[2]
    first = told.setdefault(cause(probe), here)
    found = [one for code in probe.diagnosis if first == here and (one := page(code, year)) is not None]
    drawn = [(each, pictures.heats(each), phrase(probe.name, each.entry)) for each in probe.mismatches]
    parts = [
        (label, left) for label, text in probe.told.parts if label != "printed" and (left := not_here(label, text))
    ]
    return {
        "probe": probe,
        "message": probe.told,
        "parts": parts,
        "pages": found,
        "drawn": drawn,
        "same_as": first if first != here else "",
        "folded": len(told) > 1 or first != here,
    }


def not_here(label: str, text: str) -> str:
    """A part without the commands whose pages stand below the check."""
    return "\n".join(line for line in text.split("\n") if label != "next" or not line.startswith("grade explain "))


def training(each: TrainingResult) -> dict[str, Any]:
    """A training; what it lost points to is told in detail with the components."""
    if not each.accuracy:
        return {
            "result": each,
            "why": each.told.headline,
            "charts": [],
            "right": [],
            "wrong": [],
            "confusion": [],
            "epochs": [],
        }
    charts = [chart for chart in (pictures.accuracy_chart(each), pictures.loss_chart(each)) if chart is not None]
    shown = [(digit, pictures.picture(digit)) for digit in each.digits]
    losses = each.loss + [None] * (len(each.accuracy) - len(each.loss))
    return {
        "result": each,
        "why": each.told.headline,
        "accuracy": accuracy_text(each.accuracy),
        "charts": charts,
        "right": [pair for pair in shown if pair[0].label == pair[0].predicted],
        "wrong": [pair for pair in shown if pair[0].label != pair[0].predicted],
        "confusion": confusion(each.confusion),
        "last_loss": next((loss for loss in reversed(each.loss) if loss is not None), None),
        "epochs": list(zip(range(1, len(each.accuracy) + 1), each.accuracy, losses, each.epoch_seconds)),
    }


def confusion(counts: list[list[int]]) -> list[list[tuple[int, str]]]:
    """Counts with the class of their colour: the diagonal apart, mistakes by how many they are."""
    most = max((n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j), default=0) or 1
    return [
        [(n, "right" if i == j else pictures.shade(n, most)) for j, n in enumerate(row)] for i, row in enumerate(counts)
    ]
