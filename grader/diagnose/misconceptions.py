"""Why an answer is wrong: the known mistake that gives the very same wrong answers, else a relation to the right one.

Where the listed mistakes leave an answer unexplained, small edits of the submission's own lines are tried (repair/),
and slips of the reference that nobody listed are asked, too (ask/slips.py). An edit is told only if it makes every
wrong answer of the component right, or two if they do so together, a slip only if it gives every one of them; both
leave every right one right.

A misconception is named only if the submission agrees with it on every probe of the component on which it shows at all.
Two that agree there are asked further questions, with other seeds, until they part or the questions run out. Where no
single one fits, two at once are tried, then one beside mistakes that nobody listed: it need not explain every wrong
answer. What no misconception explains is left to relations (relations.py).
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from grader.ask.answers import Answers, Reply
from grader.ask.client import Fault, Frame
from grader.ask.probe import NotAsked, Probe
from grader.ask.response import Response
from grader.ask.slips import Slip
from grader.diagnose.relations.case import CODES, EDIT, SLIP
from grader.diagnose.relations.numbers import one_factor
from grader.diagnose.relations.whole import relate
from grader.diagnose.repair.edit import ADDING, CHANGING
from grader.diagnose.repair.search import Repair
from grader.diagnose.repair.trials import Trials
from grader.homework import YEARS, edition
from grader.judge.compare import differences
from grader.judge.verdict import Verdict
from grader.result import Outcome
from grader.rubric import Rubric

WRONG = (Outcome.FAILED, Outcome.PARTIAL, Outcome.ERROR)
FURTHER_SEEDS = 3  # two mistakes that agree on four sets of random questions are not told apart by a fifth
MOST_PAIRED = 14  # candidates for two mistakes at once: at most 91 pairs
MOST_SLIPS = 1000  # of a kind that are asked for one component
# Relations that name neither the formula as it was written nor what Python does not know in it
NOT_NAMED = frozenset(CODES) - {
    "boolean-minus", "caret-for-power", "name-unknown", "not-an-array", "other-distribution", "truth-value",
}  # fmt: skip
TINY = 1e-9  # what stands for 0
MOST_ALIKE = 4  # of them that give the same wrong answers; of more of them none is told
LACKING = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")
BOUNDS = re.compile(r"\[-[\d.]+, [\d.]+\]")
FEW = 2  # numbers that two mistakes may share by chance
MOST_RIVALS = 2  # pages that one exception may have: of more of them none is told
TAKES_NONE_APART = "'NoneType' object is not subscriptable"  # who gives back None elsewhere may raise this instead
Codes = tuple[str, ...]
AskAgain = Callable[[Probe, int], Response]


class Diagnosis:
    """Finds what explains the wrong answers of one component."""

    def __init__(
        self, verdicts: Sequence[Verdict], answers: Answers, rubric: Rubric, seed: int, ask_again: AskAgain,
        trials: Trials | None = None,
    ) -> None:  # fmt: skip
        """trials: of changes of the submission, where it can be asked with any."""
        self.verdicts = [verdict for verdict in verdicts if verdict.judged]
        unexplained = [verdict for verdict in self.verdicts if not verdict.diagnosis and not verdict.message]
        self.wrong = [verdict for verdict in unexplained if verdict.outcome in WRONG]
        self.answers, self.rubric, self.seed, self.ask_again = answers, rubric, seed, ask_again
        self.trials = trials
        self.repair: Repair | None = None
        self.given = edition(answers.year).given
        self.slips: dict[str, Slip] = {}  # that nobody listed, once they are asked about
        self.loosely: dict[Codes, set[str]] = {}  # wrong answers that mistakes give as well, and not the same ones
        self.exactly = True  # whether what was told gives the very answers

    def find(self) -> None:
        """Writes the codes into the wrong verdicts."""
        if not self.wrong:
            return
        component = self.wrong[0].probe.component
        conventions = {verdict.seen.convention for verdict in self.wrong} | {""}
        known = self.answers.misconceptions(component)
        codes = [code for code in known if self.answers.convention(code) in conventions]
        wrong = {verdict.probe.name for verdict in self.wrong}
        fitting: dict[Codes, set[str]] = {(code,): shown for code in codes if (shown := self.fits((code,), wrong))}
        left = wrong - {name for shown in fitting.values() for name in shown}
        if any(each.seen.fault is None for each in self.wrong if each.probe.name in left):
            fitting |= {pair: shown for pair in self.pairs(codes, fitting) if (shown := self.fits(pair, left))}
        blank = {each.probe.name for each in self.wrong if is_blank(each)}
        fitting = {codes: shown for codes, shown in fitting.items() if not shown <= blank or shown >= blank}
        if one_factor(self.wrong):  # has one cause
            fitting = {codes: shown for codes, shown in fitting.items() if shown >= wrong}
        self.write_down(self.telling(self.undominated(fitting)))
        if left and not one_factor(self.wrong):
            beside: dict[Codes, set[str]] = {
                (code,): shown for code in codes if (shown := self.fits_beside_others(code))
            }
            self.write_down(self.undominated(beside))
        right = [verdict for verdict in self.verdicts if verdict.outcome == Outcome.PASSED]
        for verdict in self.wrong:
            relations = relate(verdict, self.wrong, right)
            verdict.patterns += [relation.sentence for relation in relations]
            if not verdict.diagnosis:
                verdict.diagnosis += [relation.code for relation in relations]
        unnamed = [each for each in self.wrong if not each.diagnosis or each.diagnosis[0] in NOT_NAMED]
        if unnamed:
            self.tell_what_nobody_listed(unnamed)
        elif self.is_unsure():
            self.tell_edit(self.wrong, CHANGING)  # which explains all to the number

    def pairs(self, codes: Sequence[str], fitting: Collection[Codes]) -> Iterator[Codes]:
        """Mistakes that may come two at once. Where asking takes long, one of them explains an answer by itself."""
        take_long = any(each.probe.costs > 1 for each in self.wrong)
        candidates = [code for code in codes if self.touches(code)][:MOST_PAIRED]
        for one, other in combinations(candidates, 2):
            if not take_long or (one,) in fitting or (other,) in fitting:
                yield one, other

    def tell_what_nobody_listed(self, unnamed: Sequence[Verdict]) -> None:
        """Another algorithm; else the student's own line that is wrong; else a slip of the reference.

        What is missing is told last: a slip knows what it is, and an edit has to guess.
        """
        groups = self.answers.slips(self.wrong[0].probe.component)
        told = self.tell_slip(next(groups, {})) or self.tell_edit(unnamed, CHANGING)
        told = told or any(map(self.tell_slip, groups)) or self.tell_edit(unnamed, ADDING)
        if not told and self.repair is not None:
            both = self.repair.apart(CHANGING)
            for sentence, lines, wrong in both:
                others = (f"; and in line {rest[0].number}, {other}" for other, rest, _ in both if rest != lines)
                for verdict in wrong:
                    verdict.diagnosis, verdict.patterns, verdict.lines = [EDIT], [sentence + "".join(others)], lines

    def is_unsure(self) -> bool:
        """Do the pages only resemble the wrong answers, or do several of them fit where None is all that came back?"""
        if all(map(is_blank, self.wrong)):
            return any(len(each.diagnosis) > 1 for each in self.wrong)
        return not self.exactly and any(each.seen.fault is None for each in self.wrong)

    def write_down(self, explanations: Mapping[Codes, set[str]]) -> None:
        """Puts the pages of mistakes on the wrong answers that they explain."""
        self.exactly &= not any(self.loosely.get(codes) for codes in explanations)
        for explanation, shown in explanations.items():
            for verdict in self.wrong:
                if verdict.probe.name in shown:
                    pages = dict.fromkeys(map(self.answers.page, self.seen_in(verdict, explanation)))
                    verdict.diagnosis += [page for page in pages if page not in verdict.diagnosis]

    def fits_beside_others(self, code: str) -> set[str]:
        """The wrong answers, unexplained so far, that are those of a mistake, where others hide it elsewhere.

        It has to show in numbers that few mistakes give, with other seeds as well, and nowhere may the submission be
        right where the mistake is wrong.
        """
        open_ones = [each for each in self.wrong if not each.diagnosis and is_telling(each) and has_numbers(each)]
        shown = {
            each.probe.name
            for each in open_ones
            if (mistaken := self.answers.mistaken((code,), each.probe, self.seed)) is not None
            and not self.is_right(mistaken, each)
            and self.matches((code,), each.probe, self.seed, each.seen)
        }
        right = [each for each in self.verdicts if each.outcome == Outcome.PASSED]
        replies = ((self.answers.mistaken((code,), each.probe, self.seed), each) for each in right if shown)
        if not shown or any(mistaken is None or not self.is_right(mistaken, each) for mistaken, each in replies):
            return set()
        seeds = range(self.seed + 1, self.seed + 1 + FURTHER_SEEDS)
        return shown if all(self.agrees((code,), shown, seed) for seed in seeds) else set()

    def tell_edit(self, wrong: Sequence[Verdict], kinds: Collection[int]) -> bool:
        """Puts the student's own line that is wrong, and in what, in place of what was found before."""
        if self.trials is None:
            return False
        if self.repair is None:
            right = [each for each in self.verdicts if each.outcome == Outcome.PASSED]
            self.repair = Repair(self.trials, self.answers, self.rubric, self.seed, wrong, right)
        sentence, lines = self.repair.told(kinds)
        for verdict in wrong if sentence else ():
            verdict.diagnosis, verdict.patterns, verdict.lines = [EDIT], [sentence], lines
        return bool(sentence)

    def tell_slip(self, slips: Mapping[str, Slip]) -> bool:
        """Puts the slip that gives every wrong answer, and no other, in place of what was found before."""
        if any(verdict.probe.megabytes for verdict in self.wrong):
            return False
        wrong = {verdict.probe.name for verdict in self.wrong}
        extreme = any(map(is_not_finite, self.wrong))
        if not extreme and not any(map(is_telling, self.wrong)):
            return False  # 0 and 1 come of many slips
        if any(is_bare_exception(each) and self.raised_in_given_code(each.seen.fault) for each in self.wrong):
            return False  # that it cannot go on with what it was given comes of anything
        unclear = extreme or any(map(is_bare_exception, self.wrong))
        self.slips |= slips
        fitting = [code for code in list(slips)[:MOST_SLIPS] if self.fits((code,), wrong) >= wrong]
        for seed in range(self.seed + 1, self.seed + 1 + FURTHER_SEEDS):
            if len(fitting) > 1:
                fitting = [code for code in fitting if self.agrees((code,), wrong, seed)]
        return bool(fitting) and self.put_in_place(fitting, slips, 1 if unclear else MOST_ALIKE)

    def put_in_place(self, fitting: Sequence[str], slips: Mapping[str, Slip], most: int) -> bool:
        """Tells slips that fit, up to so many: of more of them none says what is wrong. Did it tell any?"""
        clear = [code for code in fitting if not slips[code].vague]
        if not clear and all(verdict.diagnosis for verdict in self.wrong):
            return False  # the relations say more
        sentences = [slips[code].sentence for code in clear or fitting]
        if len(dict.fromkeys(sentences)) > 1:  # which bounds it were does not show
            sentences = [BOUNDS.sub("some bounds", each) for each in sentences]
        told = list(dict.fromkeys(sentences))
        for verdict in self.wrong if len(told) <= most else ():
            verdict.diagnosis = [SLIP]
            verdict.patterns = [f"it answers as if {', or as if '.join(told[:MOST_RIVALS])}"]
        return len(told) <= most

    def fits(self, codes: Codes, unexplained: set[str]) -> set[str]:
        """The probes on which these mistakes show, if the submission agrees with them on all of those.

        Where other components of the submission's answer too, it is enough that both are wrong.

        Nothing, where it does not or where they explain none of the probes named: those are asked first, for most
        mistakes are out of the question after one or two.
        """
        shown: set[str] = set()
        loosely: set[str] = set()
        left = set(unexplained)
        for verdict in sorted(self.verdicts, key=lambda each: (each.probe.megabytes, each.probe.name not in left)):
            if not left and not shown & unexplained:
                return set()
            left.discard(verdict.probe.name)
            mistaken = self.answers.mistaken(codes, verdict.probe, self.seed)
            if mistaken is None:
                return set()
            if self.is_right(mistaken, verdict):
                continue
            if self.matches(codes, verdict.probe, self.seed, verdict.seen, promising=bool(shown)):
                shown.add(verdict.probe.name)
            elif verdict in self.wrong and set(verdict.probe.needed_components) - self.given:
                loosely.add(verdict.probe.name)  # both are wrong, through other code of the submission's
            else:
                return set()
        self.loosely[codes] = loosely
        return shown | loosely if shown & unexplained else set()

    def seen_in(self, verdict: Verdict, codes: Codes) -> Codes:
        """Of mistakes that come together those that show in this answer by themselves; all, where none does."""
        single = {code: self.answers.mistaken((code,), verdict.probe, self.seed) for code in codes}
        shown = tuple(code for code, each in single.items() if each is not None and not self.is_right(each, verdict))
        return shown or codes

    def touches(self, code: str) -> bool:
        """Does this mistake show where the submission is wrong?"""
        wrong = sorted(self.wrong, key=lambda verdict: verdict.probe.megabytes)
        shown = ((self.answers.mistaken((code,), verdict.probe, self.seed), verdict) for verdict in wrong)
        return any(mistaken is not None and not self.is_right(mistaken, verdict) for mistaken, verdict in shown)

    def is_right(self, mistaken: Reply, verdict: Verdict) -> bool:
        """Does the mistake leave this probe's answer right?"""
        if not isinstance(mistaken, dict) or verdict.expected is None:
            return isinstance(mistaken, NotAsked)
        return not differences(verdict.probe, verdict.expected, mistaken, self.rubric.tolerances, "jacobian")

    def matches(
        self, codes: Codes, probe: Probe, seed: int, seen: Response, promising: bool = True, literally: bool = False
    ) -> bool:
        """Did the submission show what these mistakes show, in the reference or in one that differs as it may?

        promising: they explained another answer. Of slips there are too many to ask all with every freedom.
        literally: an exception of another component has to say the same, too.
        """
        freedoms = self.answers.freedoms(probe.component)
        for freedom in freedoms if promising or not set(codes) & self.slips.keys() else freedoms[:1]:
            mistaken = self.answers.mistaken((*codes, *freedom), probe, seed)
            if mistaken is not None and self.same(probe, mistaken, seen, literally):
                return True
        return False

    def same(self, probe: Probe, mistaken: Reply, seen: Response, literally: bool = False) -> bool:
        """Did the submission show the same? Of two exceptions of a type, those that say something else differ."""
        if isinstance(mistaken, Fault):
            return (
                seen.fault is not None
                and (
                    gist(seen.fault) == gist(mistaken)
                    or (not literally and is_raised_by_another(probe, seen.fault, mistaken))
                    or self.is_passed_on_by_given_code(seen.fault, mistaken)
                )
                and is_same_call(seen.fault.frames, mistaken.frames)
            )
        if not isinstance(mistaken, dict):
            return False
        if seen.observation is None:
            return seen.fault is not None and TAKES_NONE_APART in seen.fault.message and holds_none(mistaken)
        return not differences(
            probe, mistaken, seen.observation, self.rubric.tolerances, seen.convention, mistakes=True
        )

    def is_passed_on_by_given_code(self, fault: Fault, mistaken: Fault) -> bool:
        """Did given code raise the same in words of its own, with those of NumPy at their end? Many cores do."""
        end = words_of(mistaken.message) if fault.type == mistaken.type else ""
        return self.raised_in_given_code(fault) and bool(end) and words_of(fault.message).endswith(end)

    def raised_in_given_code(self, fault: Fault | None) -> bool:
        return fault is not None and bool(fault.frames) and fault.frames[-1].function.partition(".")[0] in self.given

    def telling(self, fitting: dict[Codes, set[str]]) -> dict[Codes, set[str]]:
        """Without the mistakes of which many raise the same: that an exception fits them all says nothing.

        Where some raise it in the same words, these alone are compared.
        """
        raised = {verdict.probe.name for verdict in self.wrong if verdict.seen.fault is not None}
        rivals: dict[frozenset[str], list[Codes]] = {}
        for codes, shown in fitting.items():
            rivals.setdefault(frozenset(shown), []).append(codes)
        told: list[Codes] = []
        for names, those in rivals.items():
            if names <= raised:
                those = [codes for codes in those if self.says_the_same(codes, names)] or those
                if len({self.answers.page(code) for codes in those for code in codes}) > MOST_RIVALS:
                    continue
            told += those
        return {codes: shown for codes, shown in fitting.items() if codes in told}

    def says_the_same(self, codes: Codes, shown: Collection[str]) -> bool:
        """Does what these mistakes raise say what the submission's exceptions say?"""
        raised = (verdict for verdict in self.wrong if verdict.probe.name in shown)
        return all(self.matches(codes, each.probe, self.seed, each.seen, literally=True) for each in raised)

    def undominated(self, fitting: dict[Codes, set[str]]) -> dict[Codes, set[str]]:
        """Of explanations of the same answers the one that explains most; of equal ones those that go on agreeing."""
        best = {
            codes: shown
            for codes, shown in fitting.items()
            if not any(
                shown < other or (shown == other and len(rival) < len(codes)) for rival, other in fitting.items()
            )
        }
        for seed in range(self.seed + 1, self.seed + 1 + FURTHER_SEEDS):
            rivals = [codes for codes, shown in best.items() if list(best.values()).count(shown) > 1]
            if not rivals:
                break
            best = {
                codes: shown for codes, shown in best.items() if codes not in rivals or self.agrees(codes, shown, seed)
            }
        return best

    def agrees(self, codes: Codes, shown: set[str], seed: int) -> bool:
        """Does the submission answer further questions as these mistakes do?"""
        probes = [verdict.probe for verdict in self.wrong if verdict.probe.name in shown and verdict.probe.seeded]
        return all(self.matches(codes, probe, seed, self.ask_again(probe, seed)) for probe in probes)


def holds_none(answer: Any) -> bool:
    """Is something of an answer None, in a list of it too?"""
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, (list, tuple)) else ()
    return answer is None or any(map(holds_none, parts))


def is_blank(verdict: Verdict) -> bool:
    """Is None all that came back? That comes of many mistakes."""
    return bool(verdict.differences) and all(each.actual is None for each in verdict.differences)


def is_not_finite(verdict: Verdict) -> bool:
    """Does a wrong answer hold nan or infinity?"""
    numbers = (each.actual for each in verdict.differences if isinstance(each.actual, (float, np.ndarray)))
    return any(np.asarray(each).dtype.kind == "f" and not np.all(np.isfinite(each)) for each in numbers)


def is_bare_exception(verdict: Verdict) -> bool:
    """Did it raise something that names no shapes? Many slips raise that, and of one alone it says something."""
    return verdict.seen.fault is not None and not gist(verdict.seen.fault)[2]


def has_numbers(verdict: Verdict) -> bool:
    """Is a wrong answer an array? Two mistakes may share a single number, such as a share of seven rows, by chance."""
    return any(isinstance(each.actual, np.ndarray) and each.actual.size > FEW for each in verdict.differences)


def is_telling(verdict: Verdict) -> bool:
    """Does a wrong answer hold more than what many slips give: 0 and 1?"""
    if verdict.seen.fault is not None or not verdict.differences:
        return True
    for difference in verdict.differences:
        if isinstance(difference.actual, bool):
            continue
        actual = np.asarray(difference.actual) if isinstance(difference.actual, (float, np.ndarray)) else None
        if actual is None or actual.dtype.kind not in "fiu" or actual.shape != np.shape(difference.expected):
            return True
        numbers = np.abs(actual[np.isfinite(actual)])
        if np.any((numbers > TINY) & (numbers != 1)):
            return True
    return False


CALLED = {"__call__", "forward"} | {
    each.word("forward") for each in map(edition, YEARS)
}  # what runs when an object is called
METHODS = CALLED | {name for each in map(edition, YEARS) for methods in each.parts.values() for name in methods}


def is_same_call(one: Sequence[Frame], other: Sequence[Frame]) -> bool:
    """Did both exceptions come out of the same method, as far as the methods' names tell?"""
    names = {
        "()" if name in CALLED else name
        for frames in (one, other)
        if frames and (name := frames[0].function.rpartition(".")[2]) in METHODS
    }
    return len(names) < 2


def is_raised_by_another(probe: Probe, fault: Fault, mistaken: Fault) -> bool:
    """Did another component raise, of the same type? What that one says of bad input is its own matter."""
    where = fault.frames[-1].function.partition(".")[0] if fault.frames else ""
    others = set(probe.needed_components) - {probe.component.partition(".")[0]}
    return fault.kind == mistaken.kind and fault.type == mistaken.type and where in others


def gist(fault: Fault) -> tuple[str, str, frozenset[str], str]:
    """What an exception says: the array shapes that it names, such as (5,2); where it names none, its words.

    Without names, numbers, and whether an operator works in place.
    """
    shapes = frozenset(shape.replace(" ", "") for shape in re.findall(r"\([\d, ]*\)", fault.message))
    if sizes := re.search(r"size (\d+) is different from (\d+)", fault.message):  # of a product, from either side
        shapes |= set(sizes.groups())
    return fault.kind, fault.type, shapes, "" if shapes else words_of(fault.message)


def words_of(message: str) -> str:
    """An exception's message without names and numbers, and without whether an operator works in place.

    What a number or a list is asked for in vain says what it was taken for. What an object of a student's class lacks
    has whatever name the student gave it.
    """
    lacking = LACKING.match(message)
    if lacking is not None and (hasattr(builtins, lacking[1]) or lacking[1] in ("NoneType", "numpy.ndarray")):
        return f"{lacking[1]} object has no attribute {lacking[2]}"
    words = re.sub(r"'[^']*'|\"[^\"]*\"|\([\d, ]*\)|[\d.]+", "", message.partition(". Did you mean")[0])
    return " ".join(re.sub(r"(?<=[-+*/@%&|^])=", "", words).split())
