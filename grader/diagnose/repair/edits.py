"""edits_of: every small change of some lines of a function, the most telling kinds first.

It is the grammar of the slips (ask/slips.py) the other way round: those are mistakes put into the reference, and an
edit leads from a student's mistake back, in whatever style the line is written.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeGuard

from grader.diagnose.repair.brackets import missing
from grader.diagnose.repair.edit import EXCHANGED, NUMBERED, REPEATED, RIGHT, TAKEN, Edit
from grader.diagnose.repair.expressions import SIZING, Change, Expressions, Formula, Scope
from grader.diagnose.repair.statements import Rewritten, Statements, is_docstring
from grader.diagnose.repair.text import Function, Text, own_expressions, own_lines, statements_of

MOST_COUNTS = 4  # ways to count something that a value is divided by
MOST_TOGETHER = 4  # places of a function at which one change is made
MOST_PARTS = 6  # subscripts, `s[i]`, that may stand where a number does
NUMBERED_NAME = re.compile(r"(?<=[a-z_])\d\b")  # beta_1 and beta_2 are alike


def edits_of(text: Text, function: Function, file: str, lines: Collection[int]) -> list[Edit]:
    """The edits of the statements of a function that have one of these lines.

    Sizes of new arrays stay as they are, and so does what ends a `while`: a search is not to wait for what it made.
    """
    single = edits(text, function.name, file, changes_of(text, function, lines))
    return [*single, *repeated(single)]


def edits_of_constants(text: Text, functions: Sequence[Function], file: str, lines: Collection[int]) -> list[Edit]:
    """The edits of the numbers that have a name, where one of these functions runs that mentions it."""
    mentioned: set[str] = set()
    for function in functions:
        if any(not set(lines).isdisjoint(own_lines(each)) for each in statements_of(function.node)):
            mentioned |= names_in(function.node)
            mentioned |= {each.attr for each in ast.walk(function.node) if isinstance(each, ast.Attribute)}
    found: list[Edit] = []
    expressions = Expressions(text, Scope((), (), (), (), (), (), ()))
    for name, node in text.constants():
        if name.rpartition(".")[2] in mentioned:
            found += edits(text, name, file, expressions.of_constant(node, sizing=False))
    return found


def edits(text: Text, name: str, file: str, changes: Iterable[Change | Rewritten]) -> list[Edit]:
    """Of changes that are the same text one, the most telling first. name: of the function, or of the constant."""
    found: dict[tuple[object, ...], Edit] = {}
    for each in changes:
        change = rewritten(text, each) if isinstance(each, Change) else each
        size = sum(abs(end - start - len(new)) for start, end, new in change.pieces)
        quoted = text.line(change.line, min((start for start, _, _ in change.pieces), default=0))
        edit = Edit(
            change.kind,
            file,
            name,
            change.line,
            quoted,
            change.sentence,
            change.pieces,
            size,
            change.rank,
        )
        found.setdefault(edit.pieces, edit)
    return sorted(found.values(), key=lambda edit: (edit.kind, edit.rank, edit.line))


def repeated(single: Iterable[Edit]) -> Iterator[Edit]:
    """The same change wherever a function allows it: who gets a formula wrong for one moment does so for the other."""
    alike: dict[tuple[int, str], list[Edit]] = defaultdict(list)
    for edit in single:
        if edit.kind in (TAKEN, EXCHANGED, NUMBERED) and len(edit.pieces) == 1 and not edit.silences:
            alike[edit.kind, NUMBERED_NAME.sub("", edit.sentence)].append(edit)
    for group in alike.values():
        pieces = tuple(sorted(piece for edit in group for piece in edit.pieces))
        if 1 < len(group) <= MOST_TOGETHER and all(one[1] <= other[0] for one, other in pairwise(pieces)):
            first, *others = sorted(group, key=lambda edit: edit.pieces)
            lines = list(dict.fromkeys(edit.line for edit in others if edit.line != first.line))
            where = f" in line{'s' * (len(lines) > 1)} {' and '.join(map(str, lines))}" if lines else " once more there"
            told = f"{first.sentence.partition(f' {RIGHT}')[0].rstrip(',')}, and the same{where}, {RIGHT}"
            yield replace(first, kind=REPEATED, sentence=told, pieces=pieces, size=sum(each.size for each in group))


def rewritten(text: Text, change: Change) -> Rewritten:
    return Rewritten(
        change.kind, change.node.lineno, ((*text.span(change.node), change.new),), change.sentence, change.rank
    )


def changes_of(text: Text, function: Function, lines: Collection[int]) -> Iterator[Change | Rewritten]:
    scope = scope_of(text, function)
    expressions, statements = Expressions(text, scope), Statements(text)
    guarded = names_of_ends(function.node)
    ran = {node for node in statements_of(function.node) if not set(lines).isdisjoint(own_lines(node))}
    for node in (each for each in statements_of(function.node) if each in ran):
        if is_docstring(node) or isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.While):
            yield from statements.ends_too_early(node)
            continue
        if guarded & names_changed(node):
            continue
        yield from statements.of(node)
        if isinstance(node, ast.For):
            yield from statements.returned_too_early(node)
        sized, counted = sizing_in(node)
        beside = neighbours(text, node)
        values = set(values_of(node))
        called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
        for expression in own_expressions(node):
            if id(expression) in sized:
                yield from expressions.counts(expression)
                continue
            yield from expressions.of(expression, id(expression) in counted)
            yield from missing(text, expression)
            if id(expression) in called or id(expression) in counted:
                continue
            twins = beside.get(id(expression), set())
            yield from (each for each in expressions.names(expression) if each.new not in twins)
            if id(expression) in values and isinstance(expression, ast.Constant):
                yield from expressions.for_one(expression)
            elif id(expression) in values:
                yield from expressions.beside(expression)
            elif isinstance(expression, (ast.Name, ast.Attribute)) and isinstance(expression.ctx, ast.Load):
                yield from expressions.within(expression)
    for parent in ast.walk(function.node):
        for block in (getattr(parent, name, None) for name in ("body", "orelse")):
            body = block if isinstance(block, list) else []
            for place, node in enumerate(body):
                if isinstance(node, ast.stmt) and node in ran and not guarded & names_changed(node):
                    yield from statements.moved(body, place, parent)
    if ran:
        yield from statements.with_what_it_needs(function.node)
        yield from statements.shared_defaults(function.node)
        if function.owner is not None:
            yield from statements.shared_state(function.node, function.owner)
        for default in filter(None, (*function.node.args.defaults, *function.node.args.kw_defaults)):
            if isinstance(default, ast.Constant):
                yield from expressions.of_constant(default, sizing=False)


def scope_of(text: Text, function: Function) -> Scope:
    """What the function can use."""
    node, around = function.node, function.owner or function.node
    arguments = [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
    own = arguments[0] if function.owner is not None and arguments[:1] in (["self"], ["cls"]) else ""
    stored = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    names = dict.fromkeys(each for each in (*arguments, *stored) if each not in (own, "_"))
    called = {id(each.func) for each in ast.walk(around) if isinstance(each, ast.Call)}
    kept = dict.fromkeys(
        f"self.{each.attr}"
        for each in ast.walk(around)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
        if id(each) not in called and own == "self"
    )
    inner = sorted((each for each in ast.walk(node) if isinstance(each, ast.expr)), key=lambda each: each.lineno)
    counts = dict.fromkeys(text.of(each) for each in inner if is_count(each))
    parts = {text.of(each.value): each for each in inner if is_part(each)}  # of a list, whose length counts no rows
    lasting = made_once(text, around) - parts.keys()  # such as weights: they have no rows of a batch
    sized = (each for each in (*arguments, *kept) if each not in lasting)
    lengths = (text.of(parts[each]) if each in parts else each for each in sized)
    counts |= dict.fromkeys(f"len({name})" for name in lengths if name != own)
    slices = dict.fromkeys(text.slice_of(each) for each in inner if isinstance(each, ast.Subscript))
    targets = [each.target for each in ast.walk(node) if isinstance(each, (ast.For, ast.comprehension))]
    loops = dict.fromkeys(each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))
    constants = tuple(name for name, _ in text.constants())
    counted, cut = tuple(counts)[:MOST_COUNTS], tuple(filter(None, slices))
    picked = dict.fromkeys(text.of(each) for each in inner if is_picked(each))
    formulas = tuple(Formula(text.of(each), operands_of(text, each)) for each in inner if isinstance(each, ast.BinOp))
    return Scope(tuple(names), tuple(kept), counted, cut, tuple(loops), constants, tuple(picked)[:MOST_PARTS], formulas)


def operands_of(text: Text, node: ast.BinOp) -> dict[str, int]:
    return {text.of(each): id(each) for each in (node.left, node.right) if isinstance(each, (ast.Name, ast.Attribute))}


def made_once(text: Text, around: ast.AST) -> set[str]:
    """The attributes that `__init__` speaks of, and to which no other method assigns."""
    made: set[str] = set()
    assigned: set[str] = set()
    for method in (each for each in ast.walk(around) if isinstance(each, ast.FunctionDef)):
        attributes = [each for each in ast.walk(method) if isinstance(each, ast.Attribute)]
        if method.name == "__init__":
            made |= {text.of(each) for each in attributes}
        else:
            assigned |= {text.of(each) for each in attributes if isinstance(each.ctx, ast.Store)}
    return made - assigned


def is_count(node: ast.expr) -> bool:
    """`len(x)` or `x.shape[0]`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "len"
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape"


def is_picked(node: ast.expr) -> bool:
    """`s[i]` or `s[i, j]`, a value of its own."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, (ast.Name, ast.Attribute))
        and not any(isinstance(each, (ast.Slice, ast.Constant)) for each in ast.walk(node.slice))
    )


def is_part(node: ast.expr) -> TypeGuard[ast.Subscript]:
    """`x[0]`."""
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0


def names_of_ends(function: ast.FunctionDef) -> set[str]:
    """The names that decide when a `while` ends, and those that these are made of in it."""
    loops = [node for node in ast.walk(function) if isinstance(node, ast.While)]
    found = {name for loop in loops for name in names_in(loop.test)}
    inside = [node for loop in loops for node in ast.walk(loop) if isinstance(node, (ast.Assign, ast.AugAssign))]
    while more := {name for node in inside if stored_in(node) & found for name in names_in(node)} - found:
        found |= more
    return found


def names_changed(node: ast.stmt) -> set[str]:
    """What a statement may change: what it assigns to, and whose methods it calls."""
    methods = [each.func.value for each in ast.walk(node) if isinstance(each, ast.Call)
               and isinstance(each.func, ast.Attribute)]  # fmt: skip
    return stored_in(node) | {each.id for each in methods if isinstance(each, ast.Name)}


def stored_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def neighbours(text: Text, node: ast.stmt) -> dict[int, set[str]]:
    """What stands beside each entry of a list or tuple: the same thing twice in one mends nothing."""
    displays = (each for each in ast.walk(node) if isinstance(each, (ast.List, ast.Tuple)))
    return {id(each): {text.of(other) for other in shown.elts if other is not each}
            for shown in displays for each in shown.elts}  # fmt: skip


def sizing_in(node: ast.stmt) -> tuple[set[int], set[int]]:
    """Expressions that say how large an array is to be, and those that say how often a loop runs."""
    sized: set[int] = set()
    counted: set[int] = set()
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        within = {id(each) for argument in call.args for each in ast.walk(argument)}
        if name in SIZING:
            sized |= within
        elif name == "range":
            counted |= within
    return sized, counted


def values_of(node: ast.stmt) -> Iterable[int]:
    """The expressions of a statement that are values by themselves: what is assigned, returned or handed over."""
    whole: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.AnnAssign)) and node.value is not None:
        whole = [node.value]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        whole = list(node.value.args)
    for each in whole:
        parts = each.elts if isinstance(each, (ast.Tuple, ast.List)) else [each]
        yield from map(id, parts)
