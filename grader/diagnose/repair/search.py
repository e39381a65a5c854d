"""Repair: the one edit of a student's own lines that makes every wrong answer of a component right.

It says which line is wrong, and in what, whatever the style of the code. An edit is told only if it leaves right what
is right, with other seeds as well. Of several the most telling and smallest one is told; where they are many, and on
different lines, none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from grader.ask.answers import Answers
from grader.ask.probe import Probe
from grader.diagnose.repair.edit import RIGHT, Edit
from grader.diagnose.repair.trials import Trials
from grader.judge.verdict import Verdict, judge
from grader.result import Outcome
from grader.rubric import Rubric

FURTHER_SEEDS = 2  # an edit that is right with three sets of random questions is right
MOST_LINES = 2  # on which edits of a kind may lie: of more none is told
LARGE = 8  # times as much as of another probe one edit costs with much data


class Repair:
    """Looks for the edit that repairs a component. wrong, right: its verdicts."""

    def __init__(
        self, trials: Trials, answers: Answers, rubric: Rubric, seed: int, wrong: Sequence[Verdict],
        right: Sequence[Verdict],
    ) -> None:  # fmt: skip
        self.trials, self.answers, self.rubric, self.seed = trials, answers, rubric, seed
        self.wrong = sorted(wrong, key=lambda each: (each.probe.megabytes, len(each.seen.notes), each.probe.name))
        self.right = list(right)

    def sentence(self) -> str:
        """What is wrong with which line; '' where no edit, or too many of them, makes all right."""
        found = self.fitting()
        best = [edit for edit in found if edit.kind == found[0].kind]
        best = [min((each for each in best if each.line == line), key=lambda each: each.size)
                for line in dict.fromkeys(edit.line for edit in best)]  # fmt: skip
        if not best or len(best) > MOST_LINES:
            return ""
        return ", or ".join(map(self.told, best))

    def told(self, edit: Edit) -> str:
        count = len(self.wrong)
        right = "the wrong answer is right" if count == 1 else f"all {count} wrong answers are right"
        return f"{edit.file} line {edit.line}, `{edit.quoted}`: {edit.sentence.replace(RIGHT, right)}"

    def fitting(self) -> list[Edit]:
        """The edits of the most telling kind of which any makes everything right."""
        most = self.rubric.limits["repairs"]
        edits = self.trials.edits([each.probe for each in self.wrong], self.seed)
        edits = edits[: int(most / LARGE if self.wrong[0].probe.megabytes else most)]
        for _, group in groupby(edits, key=lambda edit: edit.kind):
            if found := self.right_everywhere(list(group)):
                return found
        return []

    def right_everywhere(self, edits: list[Edit]) -> list[Edit]:
        """Those that make every wrong answer right, and leave right what is right, with further seeds as well."""
        right = sorted(self.right, key=lambda each: each.probe.megabytes)
        questions = [(each.probe, self.seed) for each in (*self.wrong, *right)]
        seeded = [each.probe for each in self.wrong if each.probe.seeded and not each.probe.megabytes]
        further = [(probe, self.seed + step) for step in range(1, 1 + FURTHER_SEEDS) for probe in seeded]
        for probe, seed in (*questions, *further):
            if self.answers.knows(probe, seed):
                edits = [edit for edit in edits if self.is_right(edit, probe, seed)]
        return edits

    def is_right(self, edit: Edit, probe: Probe, seed: int) -> bool:
        seen = self.trials.asked(edit, probe, seed)
        if seen is None:
            return False
        expected, permitted = self.answers.expected(probe, seed), self.answers.permitted(probe, seed)
        return judge(probe, seen, expected, permitted, self.rubric).outcome == Outcome.PASSED
