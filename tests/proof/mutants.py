"""Mutation proof: automatic mutants of reference/, and how many of them the grader's questions catch.

    python tests/proof/mutants.py [--edition YEAR] [--component NAME] [--jobs N] [--sample N] [--seed N] [--list]

A mutant is the reference with one small change: an operator, a constant, an axis, a sign, a bound, a dropped argument,
a removed statement. It is caught if the grader, asked for the component that the change is in, takes points off. The
reference's designs (widths, learning rates), its command line, messages, docstrings and annotations are not mutated.
Of a later year's reference only what students write is.

A mutant that nothing catches must be listed in equivalent_mutants.toml with the reason why no behaviour that the
contract names is changed. Exit code 0: every mutant is caught or listed. 1: some are not, or the list has a line that
fits no mutant any more.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from in_process import local_grading, reference_submission
from libcst.metadata import MetadataWrapper, PositionProvider

from grader.ask.answers import LiveAnswers
from grader.ask.probe import all_probes
from grader.base import tomlfile
from grader.homework import FIRST, YEARS, Edition, edition, holes_in
from grader.homeworks.beras.mnist.synthetic import probe_folder
from grader.judge import rubrics
from grader.result import Outcome
from grader.run.request import DEFAULT_SEED

LIST = Path(__file__).with_name("equivalent_mutants.toml")
MUTATED = (
    "Beras/core.py", "Beras/onehot.py", "Beras/layers.py", "Beras/activations.py", "Beras/losses.py",
    "Beras/optimizers.py", "Beras/metrics.py", "Beras/model.py", "Beras/batchnorm.py", "assignment.py",
    "preprocess.py",
)  # fmt: skip
# Designs, the command line, and how much of an array is done at a time: no behaviour of the contract
LEFT_ALONE = ("get_simple_model_components", "get_advanced_model_components", "train_and_test", "main", "_pieces")
COMPONENTS = {  # of the code whose name is not that of its component; the first that fits
    "Callable": ("Diffable",),
    "Dense": ("Dense", "Dense.initializer"),
    "Model.evaluate": ("Model.evaluate",),
    "SequentialModel.batch_step": ("SequentialModel", "BatchNorm"),  # it sets `training` for the latter
    "_read_idx": ("get_data_MNIST",),
}
SHARED_YEAR = 2025  # whose reference the others from 2023 on have most of their lines from
OF_LATER = {"_rows": "load_and_preprocess_data"}
MUTANT_BYTES = 4 << 30  # address space


@dataclass(frozen=True)
class Mutant:
    """One change. `old` and `new` are the lines that differ, stripped; `text` is the whole changed file."""

    edition: int
    file: str
    line: int
    where: str
    operator: str
    old: str
    new: str
    text: str

    @property
    def components(self) -> tuple[str, ...]:
        """The components that must notice."""
        year = edition(self.edition)
        owner, _, method = self.where.partition(".")
        for name in (self.where, owner) if year is FIRST else ():
            if name in COMPONENTS:
                return COMPONENTS[name]
        parts = [name for name, methods in year.parts.items() if "." in name and method in methods]
        exact = [name for name in parts if year.owner_of(name) == owner]
        return tuple(exact) or (OF_LATER.get(owner, owner),)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.where} [{self.operator}]\n    - {self.old}\n    + {self.new}"


def is_written(mutant: Mutant, year: Edition) -> bool:
    """Is this code of a later year's that students write: what the template leaves open, and what only that uses?"""
    if not set(mutant.components) <= set(year.components) - year.given:
        return False
    return mutant.where in OF_LATER or mutant.where in holes_in(year.settings, mutant.file)


# --- operators --------------------------------------------------------------------------------------------------
# Each takes a node of the reference and yields (name, what stands in its place).

Change = tuple[str, Any]
Operator = Callable[[Any], Iterator[Change]]
OPERATORS: list[tuple[type, Operator]] = []


def mutates(*kinds: type) -> Callable[[Operator], Operator]:
    def register(operator: Operator) -> Operator:
        OPERATORS.extend((kind, operator) for kind in kinds)
        return operator

    return register


def enclosed(node: Any) -> Any:
    """In parentheses, so that it stays one operand wherever it is put."""
    open_already = bool(node.lpar) or not isinstance(
        node, (cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.BooleanOperation, cst.IfExp)
    )
    return node if open_already else node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def expression(text: str) -> Any:
    return cst.parse_expression(text)


ARITHMETIC: dict[type, tuple[type, ...]] = {
    cst.Add: (cst.Subtract, cst.Multiply),
    cst.Subtract: (cst.Add,),
    cst.Multiply: (cst.Divide, cst.Add),
    cst.Divide: (cst.Multiply, cst.FloorDivide),
    cst.Power: (cst.Multiply,),
    cst.MatrixMultiply: (cst.Multiply,),
}
ORDERED = (cst.Subtract, cst.Divide, cst.Power, cst.MatrixMultiply)


@mutates(cst.BinaryOperation)
def arithmetic(node: cst.BinaryOperation) -> Iterator[Change]:
    """Another operator, operands the other way round, one operand alone."""
    for kind in ARITHMETIC.get(type(node.operator), ()):
        yield "operator", enclosed(node.with_changes(operator=kind()))
    if isinstance(node.operator, ORDERED):
        yield "swapped operands", enclosed(node.with_changes(left=enclosed(node.right), right=enclosed(node.left)))
    yield "left operand alone", enclosed(node.left)
    yield "right operand alone", enclosed(node.right)


AUGMENTED: dict[type, tuple[type, type]] = {
    cst.AddAssign: (cst.SubtractAssign, cst.Add),
    cst.SubtractAssign: (cst.AddAssign, cst.Subtract),
    cst.MultiplyAssign: (cst.DivideAssign, cst.Multiply),
}


@mutates(cst.AugAssign)
def augmented(node: cst.AugAssign) -> Iterator[Change]:
    """w -= d becomes w += d, w = d, and w = w - d, which leaves the array itself as it was."""
    other, binary = AUGMENTED[type(node.operator)]
    yield "operator", node.with_changes(operator=other())
    target = cst.AssignTarget(node.target)
    yield "assignment", cst.Assign([target], node.value)
    rebound = cst.BinaryOperation(node.target, binary(), enclosed(node.value))
    yield "rebinding", cst.Assign([target], rebound)


@mutates(cst.Assign)
def in_place(node: cst.Assign) -> Iterator[Change]:
    """x = f(x) becomes x[...] = f(x), which changes the caller's array."""
    target = node.targets[0].target
    if isinstance(target, cst.Name) and any(target.deep_equals(part) for part in descendants(node.value)):
        place = cst.ensure_type(expression(f"{target.value}[...]"), cst.Subscript)
        yield "in place", node.with_changes(targets=[cst.AssignTarget(place)])


COMPARISONS: dict[type, tuple[type, ...]] = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThan, cst.GreaterThanEqual),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThan, cst.LessThanEqual),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThan, cst.LessThanEqual),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
}


@mutates(cst.ComparisonTarget)
def comparison(node: cst.ComparisonTarget) -> Iterator[Change]:
    """< becomes <=, > and >=; == becomes !=; and so on."""
    for kind in COMPARISONS[type(node.operator)]:
        yield "comparison", node.with_changes(operator=kind())


@mutates(cst.BooleanOperation)
def boolean(node: cst.BooleanOperation) -> Iterator[Change]:
    other = cst.Or() if isinstance(node.operator, cst.And) else cst.And()
    yield "operator", enclosed(node.with_changes(operator=other))
    yield "left operand alone", enclosed(node.left)
    yield "right operand alone", enclosed(node.right)


@mutates(cst.UnaryOperation)
def unary(node: cst.UnaryOperation) -> Iterator[Change]:
    if is_negative(node):
        yield from number(node)
    else:
        yield "sign" if isinstance(node.operator, cst.Minus) else "negation", enclosed(node.expression)


@mutates(cst.If, cst.IfExp, cst.CompIf)
def condition(node: Any) -> Iterator[Change]:
    """A condition that is turned round, always true, never true."""
    negated = cst.UnaryOperation(cst.Not(), enclosed(node.test))
    for test in (negated, cst.Name("True"), cst.Name("False")):
        changed = node.with_changes(test=test)
        yield "condition", changed


def is_negative(node: Any) -> bool:
    """Is it a number with a minus before it?"""
    minus = isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus)
    return minus and isinstance(node.expression, (cst.Integer, cst.Float))


@mutates(cst.Integer, cst.Float)
def number(node: Any) -> Iterator[Change]:
    """One more, one less, twice, the other sign."""
    value = -node.expression.evaluated_value if is_negative(node) else node.evaluated_value
    for other in dict.fromkeys((value + 1, value - 1, value * 2, -value)):
        if other != value:
            yield "constant", expression(repr(other) if other >= 0 else f"({other!r})")


@mutates(cst.Name)
def truth(node: cst.Name) -> Iterator[Change]:
    if node.value in ("True", "False"):
        yield "constant", cst.Name("False" if node.value == "True" else "True")


@mutates(cst.SimpleString)
def text(node: cst.SimpleString) -> Iterator[Change]:
    yield "constant", cst.SimpleString(node.value[:-1] + "_" + node.value[-1])


@mutates(cst.FormattedStringText)
def text_part(node: cst.FormattedStringText) -> Iterator[Change]:
    yield "constant", node.with_changes(value=node.value + "_")


FUNCTIONS = {
    "max": "min", "mean": "sum", "maximum": "minimum", "argmax": "argmin", "zeros": "ones", "zeros_like": "ones_like",
    "var": "std", "average": "sum", "sqrt": "square", "exp": "expm1", "log": "log1p", "lower": "upper",
    "any": "all", "normal": "uniform", "eye": "ones",
}  # fmt: skip
FUNCTIONS |= {"min": "max", "sum": "mean", "minimum": "maximum", "ones": "zeros", "ones_like": "zeros_like"}


@mutates(cst.Call)
def call(node: cst.Call) -> Iterator[Change]:
    """Another function, arguments swapped or left out, the argument or the object itself instead of the result."""
    function = node.func
    if isinstance(function, cst.Attribute) and function.attr.value in FUNCTIONS:
        other = function.with_changes(attr=cst.Name(FUNCTIONS[function.attr.value]))
        yield "function", node.with_changes(func=other)
    elif isinstance(function, cst.Name) and function.value in FUNCTIONS:
        yield "function", node.with_changes(func=cst.Name(FUNCTIONS[function.value]))
    arguments = list(node.args)
    for index in range(len(arguments) - 1):
        one, two = arguments[index : index + 2]
        if not (one.keyword or two.keyword or one.value.deep_equals(two.value)):
            swapped = [*arguments[:index], one.with_changes(value=two.value), two.with_changes(value=one.value)]
            yield "swapped arguments", node.with_changes(args=swapped + arguments[index + 2 :])
    for index, argument in enumerate(arguments):
        if argument.keyword or len(arguments) > 1:
            left = arguments[:index] + arguments[index + 1 :]
            if left:
                left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            yield "argument left out", node.with_changes(args=left)
    if arguments and not arguments[0].keyword and not arguments[0].star:
        yield "argument alone", enclosed(arguments[0].value)
    if isinstance(function, cst.Attribute) and not is_module(function.value):
        yield "object alone", function.value


def is_module(node: Any) -> bool:
    names = ("np", "np.random", "gzip")
    return isinstance(node, (cst.Name, cst.Attribute)) and cst.Module([]).code_for_node(node) in names


@mutates(cst.Attribute)
def transpose(node: cst.Attribute) -> Iterator[Change]:
    if node.attr.value == "T":
        yield "transpose left out", node.value


@mutates(cst.Subscript)
def subscript(node: cst.Subscript) -> Iterator[Change]:
    """No subscript; axes in another order."""
    yield "subscript left out", node.value
    for changed in swapped_or_shorter(node, "slice"):
        yield "subscript", changed


@mutates(cst.Slice)
def bounds(node: cst.Slice) -> Iterator[Change]:
    """Bounds left out, or moved by one."""
    for name in ("lower", "upper"):
        bound = getattr(node, name)
        if bound is not None:
            yield "slice bound", node.with_changes(**{name: None})
            for step in (cst.Add(), cst.Subtract()):
                moved = cst.BinaryOperation(enclosed(bound), step, cst.Integer("1"))
                yield "slice bound", node.with_changes(**{name: moved})


@mutates(cst.Tuple, cst.List, cst.Dict)
def collection(node: Any) -> Iterator[Change]:
    """Neighbours swapped, one element left out."""
    for changed in swapped_or_shorter(node, "elements"):
        yield "elements", changed


def swapped_or_shorter(node: Any, name: str) -> Iterator[Any]:
    parts = list(getattr(node, name))
    commas = [part.comma for part in parts]
    for index in range(len(parts) - 1):
        if not parts[index].with_changes(comma=commas[0]).deep_equals(parts[index + 1].with_changes(comma=commas[0])):
            one, two = parts[index], parts[index + 1]
            if isinstance(node, cst.Dict):  # keys stay: the order of a dict says nothing
                one, two = one.with_changes(key=two.key), two.with_changes(key=one.key)
            order = [*parts[:index], two, one, *parts[index + 2 :]]
            yield node.with_changes(**{name: [p.with_changes(comma=c) for p, c in zip(order, commas)]})
    if len(parts) > 1:
        for index in range(len(parts)):
            left = parts[:index] + parts[index + 1 :]
            comma = cst.Comma() if isinstance(node, cst.Tuple) and len(left) == 1 else cst.MaybeSentinel.DEFAULT
            left[-1] = left[-1].with_changes(comma=comma)
            yield node.with_changes(**{name: left})


@mutates(cst.SimpleStatementLine)
def statement(node: cst.SimpleStatementLine) -> Iterator[Change]:
    if not isinstance(node.body[0], cst.Pass):
        yield "statement left out", cst.SimpleStatementLine([cst.Pass()])


@mutates(cst.Return)
def returned(node: cst.Return) -> Iterator[Change]:
    if node.value is not None and not isinstance(node.value, (cst.Tuple, cst.List, cst.Dict)):
        yield "sign", node.with_changes(value=cst.UnaryOperation(cst.Minus(), enclosed(node.value)))


@mutates(cst.For)
def loop(node: cst.For) -> Iterator[Change]:
    """No round of the loop, only the first one, all but the first one, the order turned round."""
    yield "statement left out", cst.SimpleStatementLine([cst.Pass()])
    block = cst.ensure_type(node.body, cst.IndentedBlock)
    once = block.with_changes(body=[*block.body, cst.SimpleStatementLine([cst.Break()])])
    yield "first round only", node.with_changes(body=once)
    backwards = cst.parse_expression("list()[::-1]")
    listed = cst.Call(cst.Name("list"), [cst.Arg(node.iter)])
    yield "loop backwards", node.with_changes(iter=cst.ensure_type(backwards, cst.Subscript).with_changes(value=listed))
    shortened = cst.parse_expression("list()[1:]")
    later = cst.ensure_type(shortened, cst.Subscript).with_changes(value=listed)
    yield "first round left out", node.with_changes(iter=later)


@mutates(cst.With)
def context(node: cst.With) -> Iterator[Change]:
    yield "context left out", cst.If(cst.Name("True"), node.body)


@mutates(cst.FunctionDef)
def decorator(node: cst.FunctionDef) -> Iterator[Change]:
    if node.decorators:
        yield "decorator left out", node.with_changes(decorators=[])


# --- mutants ----------------------------------------------------------------------------------------------------


def descendants(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from descendants(child)


def mutable(node: Any, where: str) -> Iterator[tuple[Any, str]]:
    """The nodes below a class or function that are code, each with the function that it is in."""
    yield node, where
    for child in node.children:
        if isinstance(child, cst.Annotation) or is_docstring(child):
            continue
        if isinstance(node, cst.Decorator) or (isinstance(node, cst.Assert) and child is node.msg):
            continue
        if isinstance(node, cst.Raise) and isinstance(child, cst.Call):
            continue  # what an exception says
        if is_negative(node):
            continue  # one number
        inner = f"{where}.{child.name.value}" if isinstance(child, (cst.FunctionDef, cst.ClassDef)) else where
        yield from mutable(child, inner)


def is_docstring(node: Any) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        node = node.body[0]
    return isinstance(node, cst.Expr) and isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString))


def mutants_of(file: str, source: str, year: Edition = FIRST) -> Iterator[Mutant]:
    """Every mutant of a file, each text once."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    module, positions = wrapper.module, wrapper.resolve(PositionProvider)
    known = {ast.dump(ast.parse(source))}
    for top in module.body:
        if not isinstance(top, (cst.FunctionDef, cst.ClassDef)) or top.name.value in LEFT_ALONE:
            continue
        before, after = source.split(module.code_for_node(top))
        for node, where in mutable(top, top.name.value):
            for kind, operator in OPERATORS:
                if type(node) is not kind:
                    continue
                for name, changed in operator(node):
                    code = before + module.code_for_node(top.deep_replace(node, changed)) + after
                    try:
                        tree = ast.dump(ast.parse(code))
                        compile(code, file, "exec")
                    except SyntaxError:
                        continue
                    if tree not in known:
                        known.add(tree)
                        old, new = changed_lines(source, code)
                        yield Mutant(year.year, file, positions[node].start.line, where, name, old, new, code)


COMMENT = re.compile("  # .*")


def changed_lines(source: str, code: str) -> tuple[str, str]:
    """The lines from the first to the last that differ, joined, without comments at their ends."""
    old, new = ([COMMENT.sub("", line).strip() for line in text.splitlines()] for text in (source, code))
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return " ".join(old), " ".join(new)


# --- asking -----------------------------------------------------------------------------------------------------

COSTLESS = (Outcome.PASSED, Outcome.NOT_ASKED, Outcome.BLOCKED, Outcome.GRADER_FAULT)
SHARED: dict[str, Any] = {}  # what the processes that ask inherit


def prepare() -> None:
    """In each process that asks: a bound on memory, so that a mutant that eats it gets a MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MUTANT_BYTES, MUTANT_BYTES))


def ask(mutant: Mutant) -> tuple[str, str]:
    """The check that catches it, or nothing; and a fault of the grader's own that it met."""
    answers = SHARED["answers"]
    track, sources = SHARED["rubric"].default_track, {**answers.sources, mutant.file: mutant.text}
    grading = local_grading(
        SHARED["submission"], SHARED["rubric"], answers, track, mutant.components, sources, SHARED["seed"]
    )
    fault = ""
    for probe in grading.probes:
        verdict = grading.judged(probe)
        if verdict.outcome == Outcome.GRADER_FAULT:
            fault = f"{probe.name}: {verdict.seen.broken.strip().splitlines()[-1]}"
        if verdict.outcome not in COSTLESS:
            return probe.name, fault
    return "", fault


def asked(mutants: list[Mutant], jobs: int, seed: int, year: Edition) -> Iterator[tuple[Mutant, tuple[str, str]]]:
    """Every mutant with what became of it."""
    answers = LiveAnswers(str(probe_folder()), year)
    for probe in all_probes(year):  # once, before the processes part
        answers.expected(probe, seed)
        answers.permitted(probe, seed)
    with tempfile.TemporaryDirectory(prefix="beras-proof-") as scratch:
        submission = reference_submission(Path(scratch), year)
        SHARED.update(answers=answers, rubric=rubrics.load(None, year), submission=submission, seed=seed)
        with multiprocessing.get_context("fork").Pool(jobs, prepare) as pool:
            yield from zip(mutants, pool.imap(ask, mutants, chunksize=4))


# --- the list of equivalent mutants -----------------------------------------------------------------------------

Key = tuple[str, str, str, str]


def load_reasons(year: Edition) -> tuple[dict[Key, str], set[Key]]:
    """(file, where, old, new) -> why this mutant is as right as the reference of a year; and those of them that are
    written for it. Those of 2025 serve all later years, in their words.
    """
    reasons: dict[Key, str] = {}
    own: set[Key] = set()
    for group in tomlfile.read(LIST)["equivalent"]:
        of = edition(group.get("edition", FIRST.year))
        if of is year or (of.year == SHARED_YEAR and year is not FIRST):
            words = [
                group[name] if of is year else year.translated(group[name], of) for name in ("file", "where", "old")
            ]
            for new in group["new"]:
                found = (words[0], words[1], words[2], new if of is year else year.translated(new, of))
                reasons[found] = group["reason"]
                own |= {found} if of is year else set()
    return reasons, own


def key(mutant: Mutant) -> Key:
    return mutant.file, mutant.where, mutant.old, mutant.new


# --- report -----------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--edition", type=int, choices=YEARS, default=FIRST.year, help="whose reference (default 2022)")
    parser.add_argument("--component", metavar="NAME", help="mutants of this component only")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", metavar="N", type=int, help="N mutants, drawn with a fixed seed")
    parser.add_argument("--seed", metavar="N", type=int, default=DEFAULT_SEED, help="seed of the questions")
    parser.add_argument("--list", action="store_true", help="print every mutant and what caught it")
    options = parser.parse_args()
    started = time.monotonic()
    year = edition(options.edition)
    files = MUTATED if year is FIRST else sorted({file for step in year.settings["holes"].values() for file in step})
    sources = {file: (year.reference / file).read_text(encoding="utf-8") for file in files}
    mutants = [mutant for file, source in sources.items() for mutant in mutants_of(file, source, year)]
    if year is not FIRST:
        mutants = [mutant for mutant in mutants if is_written(mutant, year)]
    known = {component for mutant in mutants for component in mutant.components}
    if options.component and options.component not in known:
        parser.error(f"--component {options.component}: known are {', '.join(sorted(known))}")
    if options.component:
        mutants = [mutant for mutant in mutants if options.component in mutant.components]
    if options.sample:
        mutants = random.Random(0).sample(mutants, min(options.sample, len(mutants)))
    reasons, unused = load_reasons(year)
    caught: Counter[str] = Counter()
    equivalent: Counter[str] = Counter()
    left: list[Mutant] = []
    explained: list[Mutant] = []
    faults: list[tuple[Mutant, str]] = []
    for mutant, (by, fault) in asked(mutants, options.jobs, options.seed, year):
        component = " + ".join(mutant.components)
        if options.list:
            print(f"{mutant}\n    {by or 'SURVIVES'}")
        if fault:
            faults.append((mutant, fault))
        if by:
            caught[component] += 1
        elif key(mutant) in reasons:
            equivalent[component] += 1
            explained.append(mutant)
            unused.discard(key(mutant))
        else:
            left.append(mutant)
    report(mutants, caught, equivalent, left, explained, reasons)
    for mutant, fault in faults:
        print(f"\nThe grader's own fault on {mutant}\n    {fault}")
    whole = not (options.component or options.sample)
    if whole and unused:
        print("\nIn equivalent_mutants.toml, but no such mutant survives:")
        for file, where, old, new in sorted(unused):
            print(f"{file} {where}\n    - {old}\n    + {new}")
    print(f"\n{time.monotonic() - started:.0f} s")
    return 1 if left or faults or (whole and unused) else 0


def report(
    mutants: list[Mutant],
    caught: Counter[str],
    equivalent: Counter[str],
    left: list[Mutant],
    explained: list[Mutant],
    reasons: dict[Key, str],
) -> None:
    """Survivors first, the figures last."""
    for mutant in explained:
        print(f"equivalent: {mutant}\n    {' '.join(reasons[key(mutant)].split())}")
    for mutant in left:
        print(f"LEFT: {mutant}")
    total = Counter(" + ".join(mutant.components) for mutant in mutants)
    remaining = Counter(" + ".join(mutant.components) for mutant in left)
    print("\n| component | mutants | caught | equivalent | left | caught of the others |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in [*total, "all"]:
        row = [sum(c.values()) if name == "all" else c[name] for c in (total, caught, equivalent, remaining)]
        others = row[0] - row[2]
        print(f"| {name} | {' | '.join(map(str, row))} | {row[1] / others if others else 1:.1%} |")


if __name__ == "__main__":
    sys.exit(main())
