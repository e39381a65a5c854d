"""Freezing answers into a key: what the reference and every known mistake show, for one seed and its further questions.

With the file, `grade` gives the same verdicts and diagnoses where there is no reference. What somebody can learn from
it all the same is said in docs/instructors.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from itertools import combinations, product
from typing import Any

from grader.ask.answer_key import AnswerKey
from grader.ask.answers import LiveAnswers, digest_of_questions
from grader.ask.probe import all_probes
from grader.base.version import GRADER_VERSION
from grader.diagnose import pages
from grader.diagnose.misconceptions import FURTHER_SEEDS
from grader.explain.examples import worked_example
from grader.report.progress import Progress


def frozen(
    answers: LiveAnswers,
    seed: int,
    components: Sequence[str] = (),
    hidden: Collection[str] = (),
    hidden_seed: int | None = None,
    tell: Callable[[int, int, str], None] = lambda done, of, check: None,
) -> AnswerKey:
    """Every answer that a grading with this seed can need, pairs of mistakes in one component included.

    hidden: names of checks that are answered for `hidden_seed` alone, or not at all where there is none.
    tell: is told of each check before it is answered.
    """
    answers.key = AnswerKey()
    probes = [each for each in all_probes(answers.edition) if not components or each.component in components]
    for done, probe in enumerate(probes):
        tell(done, len(probes), probe.name)
        first = hidden_seed if probe.name in hidden else seed
        if first is None:
            continue
        answers.expected(probe, first)
        answers.permitted(probe, first)
        codes = answers.misconceptions(probe.component)
        seeds = range(first, first + 1 + FURTHER_SEEDS) if probe.seeded else [first]
        freedoms = answers.freedoms(probe.component)
        for mistakes, freedom, each in product([*combinations(codes, 1), *combinations(codes, 2)], freedoms, seeds):
            answers.mistaken((*mistakes, *freedom), probe, each)
    answers.key.about = about(answers, seed) | ({"hidden_seed": hidden_seed} if hidden_seed is not None else {})
    return answers.key


def frozen_in_sight(
    answers: LiveAnswers,
    seed: int,
    components: Sequence[str] = (),
    hidden: Collection[str] = (),
    hidden_seed: int | None = None,
) -> AnswerKey:
    """The key, with a line on standard error that says how far it is: it takes a minute."""
    progress = Progress(sys.stderr)
    told: set[str] = set()

    def tell(done: int, of: int, check: str) -> None:
        component = check.partition("/")[0]
        if progress.live or component not in told:  # elsewhere a line for each component
            told.add(component)
            progress.say(f"answers: {done + 1} of {of} checks  {check if progress.live else component}")

    try:
        return frozen(answers, seed, components, hidden, hidden_seed, tell)
    finally:
        progress.close()


def about(answers: LiveAnswers, seed: int) -> dict[str, Any]:
    """What a grading has to know of a key; for the pages also their worked examples."""
    return {
        "grader": GRADER_VERSION,
        "edition": answers.edition.year,
        "questions": digest_of_questions(),
        "seeds": [seed],
        "variants": {code: patch.component for code, patch in answers.variants.items()},
        "mistakes": {code: patch.component for code, patch in answers.mistakes.items()},
        "conventions": {code: patch.convention for code, patch in answers.mistakes.items()},
        "pages": {code: patch.page for code, patch in answers.mistakes.items()},
        "examples": {
            code: example for code in pages.codes(answers.edition) if (example := worked_example(code, answers.edition))
        },
    }
