"""detours_of: slips in which a value of a function goes through one more function on its way.

A gradient that is squared or clipped, logits that are scaled, labels that are smoothed: whoever borrows from another
algorithm adds such a step. As the slips of slips.py they are read off the text of the reference, for every value that
has a name, so nobody writes them down one by one.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from grader.ask.code_words import plain
from grader.ask.slips import Slip, functions_of

DETOURS = (
    ("np.sign({})", "replaced by its sign"),
    ("np.abs({})", "made positive"),
    ("np.maximum({}, 0)", "cut off below 0"),
    ("np.minimum({}, 0)", "cut off above 0"),
    ("np.square({})", "squared"),
    ("np.exp({})", "sent through exp"),
    ("np.log({})", "sent through log"),
    ("np.tanh({})", "sent through tanh"),
    ("np.round({})", "rounded"),
    ("np.sort({}, axis=0)", "sorted"),
    ("({0} - np.mean({0}))", "shifted to mean 0"),
    ("({0} - np.mean({0}, axis=-1, keepdims=True))", "shifted to mean 0 in each row"),
    ("({0} / np.linalg.norm({0}))", "scaled to length 1"),
    ("({0} / np.linalg.norm({0}, axis=-1, keepdims=True))", "scaled to length 1 in each row"),
    ("({0} / np.max(np.abs({0})))", "divided by its largest size"),
    ("({0} / np.sum({0}, axis=-1, keepdims=True))", "divided by its sum in each row"),
    ("(np.exp({0}) / np.sum(np.exp({0}), axis=-1, keepdims=True))", "sent through a softmax"),
    ("np.eye({0}.shape[-1])[np.argmax({0}, axis=-1)]", "replaced by a 1 at its largest entry in each row"),
    ("(0.9 * {0} + 0.1 / {0}.shape[-1])", "smoothed by 0.1"),
    ("({0} / len({0}))", "divided by the number of its rows"),
    ("({0} / {0}.shape[-1])", "divided by the number of its columns"),
    ("({0} / {0}.shape[-1] ** 0.5)", "divided by the square root of the number of its columns"),
    ("np.mean({}, axis=0, keepdims=True)", "averaged over its rows"),
    ("({}[::-1])", "turned upside down"),
    *((f"np.clip({{}}, -{bound:g}, {bound:g})", f"clipped to [-{bound:g}, {bound:g}]") for bound in (0.1, 1, 5)),
    *((f"np.clip({{}}, -{bound:g}, {bound:g})", f"clipped to [-{bound:g}, {bound:g}]") for bound in (10, 30, 100, 500)),
)
# Names of what is no array of numbers, or has to stay the very array that it is
COUNTERS = frozenset(
    {"_", "i", "t", "w", "start", "epoch", "name", "initializer", "state", "correction_1", "correction_2", "unseen"}
)
NO_ARRAYS = frozenset({"int", "float", "bool", "str", "object", "Any", "Sequence", "list", "tuple", "dict", "Callable"})
SETTINGS = frozenset(
    {"alpha", "beta", "beta_1", "beta_2", "epsilon", "eps", "t", "learning_rate", "training", "amsgrad", "momentum"}
)


def detours_of(text: str, owner: str, functions: Collection[str] = ()) -> dict[str, Slip]:
    """The detours of the values in a class, in some of its functions or all, by a code that is that of the text.

    owner: the class, or a function at the top.
    """
    module = ast.parse(text)
    found: dict[str, Slip] = {}
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function in functions_of(module, owner, functions):
        if function.name == "__init__" or any(isinstance(node, ast.While) for node in ast.walk(function)):
            continue
        for slip in {slip.sentence: slip for slip in of_function(function, starts)}.values():
            found.setdefault(f"slip-{hashlib.sha256(slip.applied(text).encode()).hexdigest()[:16]}", slip)
    return found


def of_function(function: ast.FunctionDef, starts: Sequence[int]) -> Iterator[Slip]:
    """Arguments, loop variables and local names after they got their value; the rest in place."""

    def at(node: ast.expr | ast.stmt) -> int:
        return starts[node.lineno - 1] + node.col_offset

    def end(node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return starts[node.end_lineno - 1] + node.end_col_offset

    for name, before in values_of(function):
        for template, done in DETOURS:
            new = f"{name} = {template.format(name)}\n{' ' * before.col_offset}"
            yield Slip(((at(before), at(before), new),), f"{name} were first {done} in {function.name}")
    for name, nodes in attributes_of(function).items():
        for template, done in DETOURS:
            pieces = tuple((at(node), end(node), template.format(name)) for node in nodes)
            yield Slip(pieces, f"{plain(name)} were first {done} in {function.name}")
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, (ast.BinOp, ast.Call, ast.Subscript, ast.UnaryOp)):
            for template, done in DETOURS:
                new = template.format(f"({ast.unparse(node.value)})")
                piece = (at(node.value), end(node.value), new)
                yield Slip((piece,), f"the result were {done} in {function.name}")


def values_of(function: ast.FunctionDef) -> Iterator[tuple[str, ast.stmt]]:
    """Each name that gets a value, with the statement before which it has it."""
    body = [each for each in function.body if not is_docstring(each)]
    first = body[0] if body else None
    for argument in function.args.args if first is not None else ():
        if argument.arg != "self" and first is not None and holds_array(argument.annotation):
            yield argument.arg, first
    for parent in ast.walk(function):
        for block in (getattr(parent, field, None) for field in ("body", "orelse")):
            for statement, following in pairwise(block) if isinstance(block, list) else ():
                if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                    for name in names_of(statement.targets[0]):
                        yield name, following
        if isinstance(parent, ast.For):
            for name in names_of(parent.target):
                yield name, parent.body[0]


def holds_array(annotation: ast.expr | None) -> bool:
    """May an argument be an array? Not where a number, a text, several values or a function are named."""
    return annotation is None or not NO_ARRAYS & set(re.findall(r"\w+", ast.unparse(annotation)))


def names_of(target: ast.expr) -> Iterator[str]:
    """The names in what a statement assigns to, but for those that count."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in COUNTERS:
            yield node.id


def attributes_of(function: ast.FunctionDef) -> dict[str, list[ast.Attribute]]:
    """The attributes that a function reads and nobody calls: what was kept of the forward pass."""
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(function) if isinstance(node, (ast.Attribute, ast.Subscript))}
    found: dict[str, list[ast.Attribute]] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load) or id(node) in called | inner:
            continue
        name = ast.unparse(node)
        if (name.startswith("self.") and node.attr not in SETTINGS) or name.endswith(".grad"):
            found.setdefault(name, []).append(node)
    return found


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
