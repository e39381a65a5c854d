"""Which checks one grading asks, which of them are hidden, under which seed, and what right answers are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.ask.answers import Answers
from grader.ask.probe import Observation, Probe, all_probes
from grader.base.errors import UsageError
from grader.judge.scoring import weight_of
from grader.rubric import Rubric
from grader.submission.places import Places


class Questions:
    """The checks of one grading.

    every   all of the edition; those that were not chosen are asked all the same where another one needs them
    chosen  those that the grading is about, in the order of the components
    """

    def __init__(
        self,
        places: Places,
        rubric: Rubric,
        answers: Answers,
        seed: int,
        components: tuple[str, ...],
        hidden_seed: int | None = None,
    ) -> None:
        """hidden_seed: of hidden checks, where it is another one.

        Raises UsageError where a public check has no right answer.
        """
        self.places, self.rubric, self.answers = places, rubric, answers
        self.seed, self.hidden_seed, self.components = seed, hidden_seed, components
        self.every = [self.as_it_counts(probe) for probe in all_probes(places.edition)]
        self.chosen = [probe for probe in self.every if self.is_asked(probe)]
        self.chosen.sort(key=lambda probe: places.edition.components.index(probe.component))
        self._check_answers()

    def _check_answers(self) -> None:
        """Raises UsageError where a public check could not be judged."""
        for probe in self.groups(self.chosen)[0]:
            if not self.answers.knows(probe, self.seed):
                raise UsageError(
                    f"the answer key has no answer to {probe.name} for seed {self.seed}: it was built with another "
                    "rubric, which hides this check, or for other components; build it again with `grade key build`"
                )

    def is_asked(self, probe: Probe) -> bool:
        """Extensions, and what needs them, are asked only where they are handed in."""
        extensions = self.rubric.extensions & {probe.component, *probe.needed_components}
        return probe.component in self.components and all(self.places[each].found for each in extensions)

    def as_it_counts(self, probe: Probe) -> Probe:
        """A check weighs what the rubric says; an extension is worth nothing beside the others of its component."""
        return replace(probe, weight=weight_of(probe, self.rubric))

    def is_hidden(self, probe: Probe) -> bool:
        return probe.name in self.rubric.hidden

    def seed_of(self, probe: Probe) -> int:
        return self.hidden_seed if self.is_hidden(probe) and self.hidden_seed is not None else self.seed

    def is_elsewhere(self, probe: Probe) -> bool:
        """A hidden check to which only another edition has the answer."""
        return self.is_hidden(probe) and not self.knows(probe)

    def of_component(self, component: str) -> list[Probe]:
        return [probe for probe in self.every if probe.component == component]

    def answerable(self, probes: Iterable[Probe]) -> list[Probe]:
        """Those that can be judged here."""
        return [probe for probe in probes if not self.is_elsewhere(probe)]

    def knows(self, probe: Probe) -> bool:
        """Is there a right answer? A key of an older grader lacks some."""
        return self.answers.knows(probe, self.seed_of(probe))

    def groups(self, probes: list[Probe]) -> tuple[list[Probe], list[Probe]]:
        """The public and the hidden ones."""
        return [each for each in probes if not self.is_hidden(each)], [each for each in probes if self.is_hidden(each)]

    def concerning(self, probe: Probe, probes: list[Probe]) -> list[Probe]:
        """Those of the probes that a verdict on `probe` may depend on: no public one shows what is hidden."""
        return probes if self.is_hidden(probe) else self.groups(probes)[0]

    def right(self, probe: Probe) -> tuple[Observation, list[Observation]]:
        """What the reference shows, and what it shows with each permitted difference."""
        seed = self.seed_of(probe)
        return self.answers.expected(probe, seed), self.answers.permitted(probe, seed)
