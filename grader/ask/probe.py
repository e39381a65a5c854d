"""What a probe is, and the list of them all.

A probe asks an implementation questions and returns what it saw under names: arrays, numbers, strings, `Raised`. It
never compares and never knows the right answer. Which freedom the contract grants on an entry is declared beside it, as
a `Rule`, and used by the verdict alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from grader.ask.client import Fault
from grader.ask.draw import Draw
from grader.ask.subject import Subject
from grader.homework import FIRST, HOMEWORK, Edition

MEGABYTES_OF_ONE = 10  # that are loaded while another check is asked as a whole
EVERY_SEED = 0  # under which answers are kept that no seed changes
Observation = dict[str, Any]
Function = Callable[[Any, Draw], Observation]  # of the dialect that the probe speaks


class NotAsked(Exception):
    """The question makes no sense for this implementation; the probe leaves the component's points to the others.

    Where that is what the implementation says of itself, another check has to show it:

    shown_by    the name of that check
    convention  the gradient convention in which it was answered; '' where its answer has to be right
    """

    def __init__(self, reason: str, shown_by: str = "", convention: str = "") -> None:
        super().__init__(reason)
        self.shown_by, self.convention = shown_by, convention


@dataclass(frozen=True)
class Rule:
    """How one entry is compared with the expected one, where equality up to rounding is not what is asked.

    gradient: right up to a constant positive factor is told apart (and keeps half of the points); in the upstream
        convention the factors in `upstream_factors` are as right as 1.
    squeeze: axes of length 1 do not count.
    within: intervals; every number of the entry lies in one of them, whatever the reference answers.
    like: name of an entry of the same observation that this one must equal (central differences are the judge), once
        that one is right itself but for a positive factor.
    tolerance: name of one of the rubric's tolerances.
    evidence: shown in messages, not compared.
    """

    gradient: bool = False
    upstream_factors: tuple[float, ...] = ()
    squeeze: bool = False
    within: tuple[tuple[float, float], ...] = ()
    like: str = ""
    tolerance: str = ""
    evidence: bool = False


@dataclass(frozen=True)
class Probe:
    """One behaviour of one component; `weight` is its share of the component's points.

    may_need: components whose code it runs in some submissions (Subject.rests_on).
    despite: components whose code it runs and which excuse nothing, even where they are not written yet.
    seeded: False where every seed asks the same questions.
    passive: asks what must not happen, which code that does nothing gets right; it counts beside other right answers.
    megabytes: of data that an implementation takes into memory for it, where that is much.
    together: its function observes for several checks at once, each under its slug: what takes long is done once.
    """

    component: str
    slug: str
    title: str
    function: Function
    weight: int = 1
    needs: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    seeded: bool = True
    passive: bool = False
    megabytes: int = 0
    together: bool = False
    rules: dict[str, Rule] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.component}/{self.slug}"

    @property
    def costs(self) -> int:
        """About how many times as long as most checks it takes."""
        return 1 + self.megabytes // MEGABYTES_OF_ONE

    @property
    def needed_components(self) -> tuple[str, ...]:
        """The components of what it needs, be that all of one or a single probe."""
        return tuple(dict.fromkeys(need.partition("/")[0] for need in (*self.needs, *self.may_need)))

    def seed_that_counts(self, seed: int) -> int:
        """One stands for all of them where they ask the same questions."""
        return seed if self.seeded else EVERY_SEED

    def ask(self, subject: Subject, seed: int) -> Observation:
        """What the probe sees of an implementation. The same seed asks the same questions. Raises Fault, NotAsked."""
        seen = self.function(subject, Draw(seed * 10_000 + zlib.crc32(self.name.encode()) % 10_000))
        found = self.part_of(seen)
        if isinstance(found, Fault):
            raise found
        return found

    def part_of(self, seen: Observation) -> Observation | Fault:
        """Its own of what was observed for several; all of what was observed for it alone."""
        found: Observation | Fault = seen[self.slug] if self.together else seen
        return found


REGISTRY: dict[str, list[Probe]] = {}  # by module, in the order of the text


def probe(
    component: str,
    slug: str,
    *,
    weight: int = 1,
    needs: tuple[str, ...] = (),
    may_need: tuple[str, ...] = (),
    despite: tuple[str, ...] = (),
    seeded: bool = True,
    passive: bool = False,
    megabytes: int = 0,
    together: str = "",
    **rules: Rule,
) -> Callable[[Function], Function]:
    """Registers a probe; its docstring is the line that students read.

    needs: components, or probes of them, whose failure explains away a failure here. may_need, despite, seeded, passive
    and megabytes: see Probe. together: the line that students read, where the function observes for several checks.
    Further keywords: a rule for the entry of that name.
    """

    def register(function: Function) -> Function:
        title = " ".join((together or function.__doc__ or "").split()).rstrip(".")
        asked = (needs, may_need, despite, seeded, passive, megabytes, bool(together))
        if together and seeded:
            raise ValueError(f"{component}/{slug} is asked together with others, which draw other numbers")
        found = Probe(component, slug, title, function, weight, *asked, rules)
        REGISTRY.setdefault(function.__module__, []).append(found)
        return function

    return register


def in_words_of(edition: Edition, probe: Probe) -> Probe:
    """The check as this year calls things."""
    if edition is FIRST:
        return probe

    def of_year(name: str) -> str:
        component, slash, slug = name.partition("/")
        return f"{edition.component_like(component)}{slash}{slug}"

    needs, may_need, despite = (
        tuple(each for each in map(of_year, names) if each not in edition.left_out)
        for names in (probe.needs, probe.may_need, probe.despite)
    )
    return replace(
        probe,
        component=edition.component_like(probe.component),
        title=edition.translated(probe.title, FIRST),
        needs=needs,
        may_need=may_need,
        despite=despite,
    )


def asked_together(probe: Probe, edition: Edition) -> list[Probe]:
    """The checks that one call of this one's function observes for."""
    if not probe.together:
        return [probe]
    return [each for each in all_probes(edition) if each.function is probe.function]


@cache
def all_probes(edition: Edition = FIRST) -> tuple[Probe, ...]:
    """Every check of a year of the course, module by module, in the order of the text."""
    found: dict[str, Probe] = {}
    for name in edition.probes_in:
        module = HOMEWORK.module(name)
        for each in REGISTRY[module.__name__]:
            each = in_words_of(edition, each)
            if each.component in edition.components and each.name not in edition.left_out:
                if each.name in found:
                    raise ValueError(f"two checks of {edition.year} are called {each.name}")
                found[each.name] = each
    return tuple(found.values())
