"""Hand-ins that share wrong answers which no misconception explains: where the next misconception is to be found.

Hand-ins are in one group if, in one component, they got the same checks wrong and gave the same wrong answers
(grader/classroom/jobs/fingerprint.py). A hand-in that shows a group's wrong answers among others of its own is not in
the group, and said to show them too.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs.fingerprint import Sketch, same
from grader.homework import FIRST_YEAR
from grader.report.from_json import from_plain
from grader.result import ProbeResult

SHARED = 2  # hand-ins; a mistake of one alone is told in that one's report


@dataclass(frozen=True)
class Group:
    """Hand-ins with the same unknown mistake. example: the result to look at; also: who shows it among others."""

    id: str
    component: str
    checks: tuple[str, ...]
    names: tuple[str, ...]
    example: int
    also: tuple[str, ...] = ()


@dataclass
class Kind:
    """Wrong answers to one check that are the same. first: of whichever result came first."""

    check: str
    form: str
    first: list[Sketch]
    results: list[int] = field(default_factory=list)


@dataclass
class WrongAnswers:
    """All wrong answers of some results, sorted by what they are; known: a misconception explains them."""

    kinds: list[Kind] = field(default_factory=list)
    unknown: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(cls, gradebook: Gradebook, results: Mapping[int, object]) -> WrongAnswers:
        """kinds; unknown: those of a result in a component, as places in `kinds`; shown: all of a result."""
        found = cls()
        by_form: dict[tuple[str, str], list[int]] = defaultdict(list)
        rows = gradebook.select(
            "SELECT result, component, name, form, numbers, known FROM fingerprints ORDER BY result, name"
        )
        for result, component, check, form, numbers, known in rows:
            if result not in results:
                continue
            place = found.place_of(check, form, [tuple(each) for each in json.loads(numbers)], by_form[check, form])
            found.kinds[place].results.append(result)
            found.shown[result].add(place)
            if not known:
                found.unknown[result, component].append(place)
        return found

    def place_of(self, check: str, form: str, numbers: list[Sketch], places: list[int]) -> int:
        """The kind that an answer is of, a new one if need be. places: of the kinds of this check and form."""
        for place in places:
            if same(self.kinds[place].first, numbers):
                return place
        places.append(len(self.kinds))
        self.kinds.append(Kind(check, form, numbers))
        return places[-1]


def groups(gradebook: Gradebook, names: Mapping[int, Sequence[str]]) -> list[Group]:
    """The shared unknown mistakes, the most frequent first, and those that cost no points last.

    names: the hand-ins of each result that is looked at.
    """
    answers = WrongAnswers.read(gradebook, names)
    members: dict[tuple[str, tuple[int, ...]], list[int]] = defaultdict(list)
    for (result, component), places in answers.unknown.items():
        members[component, tuple(places)].append(result)
    found = []
    for (component, shared), results in members.items():
        in_it = sorted(name for result in results for name in names[result])
        if len(in_it) < SHARED:
            continue
        also = sorted(
            name
            for (other, where), more in answers.unknown.items()
            if where == component and set(shared) < set(more)
            for name in names[other]
        )
        kinds = [answers.kinds[place] for place in shared]
        checks = tuple(kind.check for kind in kinds)
        found.append(Group(id_of(component, kinds), component, checks, tuple(in_it), results[0], tuple(also)))
    worth = {each: gradebook.judged(each.example).get(each.component, (0.0, 0.0, 0.0))[1] for each in found}
    return sorted(found, key=lambda group: (not worth[group], -len(group.names), group.id))


@dataclass(frozen=True)
class Example:
    """A group as one of its hand-ins shows it."""

    group: Group
    name: str
    probes: list[ProbeResult]

    @property
    def headline(self) -> str:
        return self.probes[0].why if self.probes else ""


def examples(gradebook: Gradebook, found: Sequence[Group], names: Mapping[int, Sequence[str]]) -> list[Example]:
    return [Example(group, names[group.example][0], wrong_checks(gradebook, group)) for group in found]


def year_of(gradebook: Gradebook, group: Group) -> int:
    """The year of the course that the example of a group is of."""
    return int((gradebook.result_of(group.example) or {}).get("edition", FIRST_YEAR))


def wrong_checks(gradebook: Gradebook, group: Group) -> list[ProbeResult]:
    """What the example of a group answered to the checks that the group got wrong."""
    plain = gradebook.result_of(group.example)
    components = from_plain(plain).components if plain is not None else []
    return [probe for part in components for probe in part.probes if probe.name in group.checks]


def id_of(component: str, kinds: list[Kind]) -> str:
    """A name that stays while the mistake does: it comes from the answers, not from who gave them."""
    about = [(kind.check, kind.form, [[f"{x:.2g}" for x in each[1:]] for each in kind.first]) for kind in kinds]
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:6]
    return f"{slug(component)}-{digest}"


def slug(name: str) -> str:
    """A component's name as codes are written: dense-initializer."""
    return "".join(letter.lower() if letter.isalnum() else "-" for letter in name)


def names_of_results(gradebook: Gradebook) -> dict[int, list[str]]:
    """The hand-ins of the last run, by the result that counts for each."""
    found: dict[int, list[str]] = defaultdict(list)
    for name, id_ in gradebook.select(
        "SELECT handins.name, results.id FROM handins JOIN results ON results.key = handins.key ORDER BY 1"
    ):
        found[id_].append(name)
    return found
