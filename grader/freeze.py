"""Freezing answers into a key: what the reference and every known mistake show, for one seed and its further questions.

With the file, `grade` gives the same verdicts and diagnoses where there is no reference. What somebody can learn from
it all the same is said in README.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

from grader import __version__, pages
from grader.answer_key import AnswerKey
from grader.answers import QUESTIONS, LiveAnswers, digest_of
from grader.diagnosis import FURTHER_SEEDS
from grader.explain import worked_example
from grader.probe import all_probes
from grader.rubric import COMPONENTS


def frozen(answers: LiveAnswers, seed: int, components: Sequence[str] = COMPONENTS) -> AnswerKey:
    """Every answer that a grading with this seed can need, pairs of mistakes in one component included."""
    answers.key = AnswerKey()
    for probe in (probe for probe in all_probes() if probe.component in components):
        answers.expected(probe, seed)
        answers.permitted(probe, seed)
        codes = answers.misconceptions(probe.component)
        seeds = range(seed, seed + 1 + FURTHER_SEEDS) if probe.seeded else [seed]
        freedoms = answers.freedoms(probe.component)
        for mistakes, freedom, each in product([*combinations(codes, 1), *combinations(codes, 2)], freedoms, seeds):
            answers.mistaken((*mistakes, *freedom), probe, each)
    answers.key.about = about(answers, seed)
    return answers.key


def about(answers: LiveAnswers, seed: int) -> dict[str, Any]:
    """What a grading has to know of a key; for the pages also their worked examples."""
    return {
        "grader": __version__,
        "questions": digest_of(QUESTIONS),
        "seeds": [seed],
        "variants": {code: patch.component for code, patch in answers.variants.items()},
        "mistakes": {code: patch.component for code, patch in answers.mistakes.items()},
        "conventions": {code: patch.convention for code, patch in answers.mistakes.items()},
        "pages": {code: patch.page for code, patch in answers.mistakes.items()},
        "examples": {code: example for code in pages.codes() if (example := worked_example(code))},
    }
