"""Lost points in plain text, check by check: what the terminal shows below its table and platforms below a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from grader.base.message import Message
from grader.result import ComponentResult, Outcome, ProbeResult, Result, halves, is_training

# A wrong answer, an answer that never came, and nothing that could be judged: three kinds of not passing
STOPPED = (
    Outcome.ERROR, Outcome.CRASHED, Outcome.EXITED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.GRADER_FAULT,
)  # fmt: skip
SKIPPED = (
    Outcome.BLOCKED, Outcome.NOT_ASKED, Outcome.NOT_ON_TRACK, Outcome.NOT_FINISHED, Outcome.NOT_GRADED,
)  # fmt: skip
Cause = tuple[ProbeResult, list[ProbeResult]]  # the check that tells it, and those that fail with it
TOLD_BY_THE_TABLE = (Outcome.NOT_IMPLEMENTED, Outcome.BLOCKED)  # their line of why says it all


def blocks(
    part: ComponentResult, verbose: bool = False, paint: Callable[[str], str] = str
) -> Iterator[tuple[str, Message]]:
    """For each check that lost points: its head (name, outcome, points, title) and its message.

    A cause is told in full once, with the other checks that it costs. verbose: every check, and every message in full.
    paint: colours an outcome.
    """
    for probe, others in [(each, []) for each in part.probes] if verbose else in_order(part):
        lost = is_lost(probe)
        if not verbose and (not lost or probe.outcome in TOLD_BY_THE_TABLE):
            continue
        cost = f"-{probe.lost:g} of {part.max_points:g}" if probe.lost else ""
        if probe.not_judged:
            cost = f"{probe.not_judged:g} of {part.max_points:g} not judged"
        head = f"{probe.name}  {paint(probe.outcome)}  {cost}".rstrip() + f"\n  {probe.title}"
        also = others_text(others) if others else ""
        yield head, probe.told.with_part("also", also) if lost else Message()


def is_lost(probe: ProbeResult) -> bool:
    return probe.outcome not in (Outcome.PASSED, Outcome.NOT_ASKED)


def cause(probe: ProbeResult) -> tuple[str, ...]:
    """What a check has in common with others that fail for one reason.

    The diagnosis; where code stopped, the line and the kind of exception, whatever shapes it names; else the very same
    words.
    """
    if is_lost(probe):
        if probe.outcome in STOPPED and probe.line and not probe.diagnosis:
            why = "" if probe.outcome == Outcome.TIMED_OUT else probe.why.partition(":")[0]  # it names a line of a loop
            return (probe.outcome, probe.file, str(probe.line), why)
        return tuple(probe.diagnosis) or ((probe.message,) if probe.message else (probe.name,))
    return ("", probe.name)


def alike(part: ComponentResult) -> list[Cause]:
    """Its checks, each cause once: the first check that it costs, and the others."""
    found: dict[tuple[str, ...], list[ProbeResult]] = {}
    for probe in part.probes:
        found.setdefault(cause(probe), []).append(probe)
    return [(first, others) for first, *others in found.values()]


def in_order(part: ComponentResult) -> list[Cause]:
    """Its causes as they are to be mended: those that are explained first, then what costs most.

    One that is explained may well be behind those that are not.
    """
    return sorted(alike(part), key=lambda each: (not each[0].diagnosis, -cost(each)))


def cost(cause: Cause) -> float:
    """Points that all checks with a cause lost."""
    first, others = cause
    return sum(probe.lost for probe in (first, *others))


def ordered(components: Sequence[ComponentResult]) -> list[tuple[ComponentResult, list[Cause]]]:
    """Components that lost points to a mistake, with its causes, in the order in which to mend them."""
    found = []
    for part in components:
        causes = [
            (first, others)
            for first, others in in_order(part)
            if is_lost(first) and first.outcome not in TOLD_BY_THE_TABLE and not is_training(part.name)
        ]
        if causes:
            found.append((part, causes))
    return sorted(
        found,
        key=lambda each: (
            each[0].instructors,  # their checks rest on what the others ask
            not stops_all(each[1]),
            -waiting(components, each[0].name),
            -sum(map(cost, each[1])),
        ),
    )


def to_mend_first(components: Sequence[ComponentResult]) -> list[ComponentResult]:
    """All of them: what lost points to a mistake in the order in which to mend it, then the rest as it comes."""
    first = [part for part, _ in ordered(components)]
    chosen = set(map(id, first))
    return [*first, *(part for part in components if id(part) not in chosen)]


def stops_all(causes: list[Cause]) -> bool:
    """Does a fault of syntax keep a whole file from running?"""
    return any("SyntaxError" in first.why for first, _ in causes)


def waiting(components: Sequence[ComponentResult], name: str) -> int:
    """How many checks of others cannot be judged before a component is right."""
    return sum(
        probe.outcome == Outcome.BLOCKED and probe.blocked_by == name
        for part in components
        for probe in part.probes
        if part.name != name
    )


def others_text(others: list[ProbeResult]) -> str:
    """Checks that fail for the same reason as another one, and what they cost."""
    names = ", ".join(probe.name.partition("/")[2] or probe.name for probe in others)
    lost = round(sum(probe.lost for probe in others), 2)
    count = f"{len(others)} more check{'s' * (len(others) != 1)}"
    return f"{count} for the same reason{f' (-{lost:g})' * bool(lost)}: {names}"


def component_text(part: ComponentResult) -> str:
    """What a platform shows below a component: how many checks passed, and why the others did not."""
    passed = sum(probe.outcome == Outcome.PASSED for probe in part.probes)
    asked = sum(probe.outcome != Outcome.NOT_ASKED for probe in part.probes)
    if part.outcome == Outcome.PASSED and not part.not_judged:
        return f"all {asked} checks passed" if asked > 1 else part.message or "passed"
    parts = [f"{part.outcome}: {part.why}" if part.why else part.outcome]
    if asked > 1:
        parts[0] += f"\n{passed} of {asked} checks passed"
    parts += [f"{head}\n  {message}".rstrip() for head, message in blocks(part)]
    return "\n\n".join(parts)


def costly(result: Result) -> list[tuple[ComponentResult, ProbeResult, float]]:
    """Each cause once: (component, the check that tells it, points that it costs in all).

    The costliest come first, and what others block last.
    """
    found: dict[tuple[str, ...], tuple[ComponentResult, ProbeResult, float]] = {}
    for part in result.components:
        for probe in part.probes:
            broken_gift = part.is_broken_gift and probe.outcome == Outcome.FAILED
            if not (probe.lost or broken_gift):
                continue
            own = (part.name, probe.name)
            key = (
                (part.name, *probe.diagnosis)
                if probe.diagnosis
                else (part.name, probe.message)
                if probe.message
                else own
            )
            if probe.outcome in TOLD_BY_THE_TABLE:
                key = (part.name, probe.outcome)
            _, first, cost = found.get(key, (part, probe, 0.0))
            found[key] = (part, first, round(cost + probe.lost, 2))
    return sorted(found.values(), key=lambda each: (each[1].outcome == Outcome.BLOCKED, -each[2]))


def summary_line(result: Result) -> str:
    """Score, what hidden checks have to do with it, the edition, track, isolation level, seed, time."""
    left_out = f" ({result.not_graded:g} points not graded)" if result.not_graded else ""
    share = f", {share_text(result)}" if result.max_score else ""
    share += f", {result.not_judged:g} points not judged" if result.not_judged else ""
    stopped = ""
    if not result.complete:
        stopped = f" so far, stopped before {len(result.unfinished)} of {len(result.components)} components were graded"
    return (
        f"score {result.score:g} of {result.max_score:g}{share}{stopped}{left_out}{hidden_part(result)}; "
        f"{edition_part(result)}track {result.track}; isolation {result.isolation}; seed {result.seed}; "
        f"{result.seconds:.1f} s"
    )


def share_text(result: Result) -> str:
    """The score in per cent; 100% only where no point is missing."""
    share = result.score / result.max_score
    return f"{share:.0%}" if share >= 1 else f"{min(share, 0.99):.0%}"


def edition_part(result: Result) -> str:
    return f"{result.edition_text}; " if result.edition_text else ""


def hidden_part(result: Result) -> str:
    """Hidden checks, where there are any: 'all checks passed' would say too much."""
    if not result.hidden_points:
        return ""
    told = f"hidden checks carry {result.hidden_points:g} points"
    return f"; all public checks passed; {told}" if public_passed(result) else f"; {told}"


def public_line(result: Result) -> str:
    """The summary without what would tell how the hidden checks ended."""
    public = [halves(part)[0] for part in result.components]
    earned, most, left = (
        round(sum(each), 2)
        for each in zip((0.0,) * 3, *((part.points, part.max_points, part.not_judged) for part in public))
    )
    told = f"public checks: {earned:g} of {most:g}" + (f", {left:g} points not judged" if left else "")
    return f"{told}{hidden_part(result)}; {edition_part(result)}track {result.track}; seed {result.seed}"


def public_passed(result: Result) -> bool:
    checks = [probe for part in result.components if part.counts for probe in part.probes if not probe.hidden]
    return result.complete and all(
        probe.outcome in (Outcome.PASSED, Outcome.NOT_ASKED, Outcome.NOT_ON_TRACK) for probe in checks
    )


def points(part: ComponentResult) -> str:
    if not part.max_points:
        return f"+{part.points:g}" if part.points else "-"
    return f"{part.points:g} / {part.max_points:g}"
