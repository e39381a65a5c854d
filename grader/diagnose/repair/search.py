"""Repair: the one edit of a student's own lines that makes every wrong answer of a component right.

It says which line is wrong, and in what, whatever the style of the code. An edit is told only if it leaves right what
is right, with other seeds as well. Where none does, two are told that do so together, on lines that different
answers come of. Of several the most telling and smallest one is told; where they are many, and on different lines, none
is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import groupby

from grader.ask.answers import Answers
from grader.ask.probe import Observation, Probe
from grader.ask.response import Response
from grader.diagnose.repair.edit import ADDING, NAMED, RIGHT, TAKEN, Edit
from grader.diagnose.repair.trials import Trials
from grader.judge.verdict import Line, Verdict, judge
from grader.result import Outcome
from grader.rubric import Rubric

FURTHER_SEEDS = 2  # an edit that is right with three sets of random questions is right
MOST_LINES = 2  # on which edits of a kind may lie: of more none is told
MOST_ALIKE = 3  # edits of one line that do the same: of more none names the mistake, and the line alone is told
SPARED = 100  # trials of a component that are left for a second mistake


class Repair:
    """Looks for the edit that repairs a component. wrong, right: its verdicts."""

    def __init__(
        self, trials: Trials, answers: Answers, rubric: Rubric, seed: int, wrong: Sequence[Verdict],
        right: Sequence[Verdict], others: int = 0,
    ) -> None:  # fmt: skip
        """others: so many further answers of the component are wrong."""
        self.others = others
        self.told_first: Edit | None = None  # of those that `told` gave
        self.trials, self.answers, self.rubric, self.seed = trials, answers, rubric, seed
        self.wrong = sorted(wrong, key=lambda each: (each.probe.megabytes, len(each.seen.notes), each.probe.name))
        self.right = sorted(right, key=lambda each: each.probe.megabytes)
        self.answered: dict[tuple[str, int], tuple[Observation, list[Observation]]] = {}

    @cached_property
    def edits(self) -> list[Edit]:
        """Those to try. That a line does not raise once it does not run says nothing."""
        found = self.trials.edits([each.probe for each in self.wrong], self.seed)
        raised = {frame.line for each in self.wrong if each.seen.fault is not None for frame in each.seen.fault.frames}
        return [edit for edit in found if not (edit.silences and edit.line in raised)]

    def told(self, kinds: Collection[int]) -> tuple[str, tuple[Line, ...]]:
        """What is wrong, and in which lines; nothing where no edit of these kinds, or too many, make all right."""
        found = self.fitting(kinds)
        lines = dict.fromkeys(edit.line for edit in found)
        best = [simplest([edit for edit in found if edit.line == line]) for line in lines]
        if not best or len(best) > MOST_LINES:
            return "", ()
        if not all(self.is_right(edit, self.wrong[0].probe, self.seed, fresh=True) for edit in best):
            return "", ()  # it was right after others only
        if best[0].kind in ADDING:
            best = [max(best, key=lambda edit: edit.line)]  # what is missing is missing at the latest where it ends
        best = best[: 1 if best[0].kind == NAMED else MOST_LINES]
        self.told_first = best[0]
        sentences = [self.sentence(each, [edit for edit in found if edit.line == each.line]) for each in best]
        if len(best) > 1:
            sentences = [f"in line {each.line}, {sentence}" for each, sentence in zip(best, sentences)]
        return "; or ".join(sentences), tuple(Line(each.file, each.line, each.quoted) for each in best)

    def sentence(self, edit: Edit, alike: Sequence[Edit]) -> str:
        """alike: all edits of its line that are as good."""
        count = len(self.wrong)
        which = {1: "the wrong answer becomes", 2: "both wrong answers become"}.get(
            count, f"all {count} wrong answers become"
        )
        if self.others:
            which = f"some of the {count + self.others} wrong answers become"
        right = f"{which} right"
        sentence = edit.sentence
        if (
            edit.kind in ADDING
            and not (edit.copies or edit.retypes)
            and len({each.sentence for each in alike}) > MOST_ALIKE
        ):
            sentence = f"the mistake shows in this line: with one of several small changes of it {RIGHT}"
        return sentence.replace(RIGHT, right)

    def apart(self, kinds: Collection[int]) -> list[tuple[str, tuple[Line, ...], list[Verdict]]]:
        """Two mistakes: the edit of the lines that few wrong answers come of, and, with it made, that for the others.

        Each with its lines and the wrong answers that it is about; none, unless both together make all right.
        """
        few, many = self.parts
        repair = self.of(few, self.right)
        first = repair.told(kinds) if many else ("", ())
        if repair.told_first is None:
            return []
        self.trials.base = (repair.told_first,)
        left = [each for each in many if not self.is_right(None, each.probe, self.seed)]
        gone = [each for each in self.wrong if each not in left]
        second = self.of(left, [*self.right, *gone]).told(kinds) if left else ("", ())
        self.trials.base = ()
        return [(*first, gone), (*second, left)] if second[0] else []

    @cached_property
    def parts(self) -> tuple[list[Verdict], list[Verdict]]:
        """The wrong answers for which the fewest lines run, and those for which others run too."""
        ran = {each.probe.name: self.trials.lines(each.probe, self.seed) for each in self.wrong}
        fewest = min(ran.values(), key=len, default=set())
        few = [each for each in self.wrong if ran[each.probe.name] <= fewest]
        return few, [each for each in self.wrong if each not in few]

    @property
    def spared(self) -> int:
        """How many trials are left for a second mistake, where there may be one."""
        return SPARED if self.others == 0 and self.parts[1] else 0

    def of(self, wrong: Sequence[Verdict], right: Sequence[Verdict]) -> Repair:
        """The repair of some of the wrong answers."""
        others = len(self.wrong) - len(wrong)
        return Repair(self.trials, self.answers, self.rubric, self.seed, wrong, right, others)

    def fitting(self, kinds: Collection[int]) -> list[Edit]:
        """The edits of the most telling kind of which any makes everything right."""
        costs = self.wrong[0].probe.costs
        for _, group in groupby((edit for edit in self.edits if edit.kind in kinds), key=lambda edit: edit.kind):
            if found := self.right_everywhere(self.trials.allowed(list(group), costs, self.spared)):
                return found
        return []

    def right_everywhere(self, edits: list[Edit]) -> list[Edit]:
        """Those that make every wrong answer right, and leave right what is right, with further seeds as well."""
        questions = [(each.probe, self.seed) for each in (*self.wrong, *self.right)]
        seeded = [each.probe for each in self.wrong if each.probe.seeded and not each.probe.megabytes]
        further = [(probe, self.seed + step) for step in range(1, 1 + FURTHER_SEEDS) for probe in seeded]
        for probe, seed in (*questions, *further):
            if self.answers.knows(probe, seed):
                edits = [edit for edit in edits if self.is_right(edit, probe, seed)]
        return edits

    def is_right(self, edit: Edit | None, probe: Probe, seed: int, fresh: bool = False) -> bool:
        key = (self.trials.base, edit, probe.name, seed)
        if fresh or key not in self.trials.judged:
            self.trials.judged[key] = self.makes_right(self.trials.asked(edit, probe, seed, fresh), probe, seed)
        return self.trials.judged[key]

    def makes_right(self, seen: Response | None, probe: Probe, seed: int) -> bool:
        if seen is None:
            return False
        if (probe.name, seed) not in self.answered:
            self.answered[probe.name, seed] = self.answers.expected(probe, seed), self.answers.permitted(probe, seed)
        return judge(probe, seen, *self.answered[probe.name, seed], self.rubric).outcome == Outcome.PASSED


def simplest(edits: Sequence[Edit]) -> Edit:
    """Of edits that do the same to one line the one to tell: the smallest.

    Of what can be taken away the most: where a term can go as a whole, that a part of it can go, too, says less. Where
    a copy alone, or floats alone, make it right, arithmetic that happens to make the same says less.
    """
    edits = [each for each in edits if each.copies] or [each for each in edits if each.retypes] or list(edits)
    return min(edits, key=lambda edit: -edit.size if edit.kind == TAKEN else edit.size)
