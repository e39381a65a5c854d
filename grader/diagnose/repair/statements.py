"""Changes of a whole statement: it is left out, moved, or runs in another way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.ask.code_words import SIGNS
from grader.diagnose.repair.edit import EXCHANGED, MOVED, RIGHT, TAKEN
from grader.diagnose.repair.text import Piece, Text, shortened, statements_of

OTHER_SIGNS: dict[type, tuple[str, ...]] = {ast.Add: ("-=", "="), ast.Sub: ("+=", "="), ast.Mult: ("/=", "="),
                                            ast.Div: ("*=", "=")}  # fmt: skip
TAKING = frozenset({"pop", "popleft"})
MADE_ANEW = (ast.List, ast.Dict, ast.Set, ast.Call)


@dataclass(frozen=True)
class Rewritten:
    """Pieces for a function's text, the line that they are about, and what they say of it."""

    kind: int
    line: int
    pieces: tuple[Piece, ...]
    sentence: str
    rank: int = 0


class Statements:
    """The changes of the statements of one function."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def of(self, node: ast.stmt) -> Iterator[Rewritten]:
        if isinstance(node, ast.AugAssign):
            yield self.left_out(node)
            changed, value = self.text.of(node.target), self.text.of(node.value)
            sign = f"{SIGNS.get(type(node.op), '')}="
            for new in OTHER_SIGNS.get(type(node.op), ()):
                told = f"with `{new}` in place of `{sign}` {RIGHT}"
                yield self.rewritten(EXCHANGED, node, f"{changed} {new} {value}", told)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield self.left_out(node)
            target, value = node.targets[0], self.text.of(node.value)
            if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
                for new in ("+=", "-=", *(["*="] if isinstance(target, ast.Subscript) else [])):
                    told = f"with `{new}` in place of `=` {RIGHT}"
                    yield self.rewritten(EXCHANGED, node, f"{self.text.of(target)} {new} {value}", told)
            if isinstance(target, (ast.Name, ast.Attribute)) and not isinstance(node.value, ast.Constant):
                name = shortened(self.text.of(target))
                told = f"`{name}` is another array from here on: written into the old one, {RIGHT}"
                yield self.rewritten(EXCHANGED, node, f"{self.text.of(target)}[...] = {value}", told)
        elif isinstance(node, (ast.Expr, ast.Continue, ast.Break, ast.Raise, ast.Assert)):
            yield self.left_out(node)
        elif isinstance(node, ast.If):
            condition = f"`if {shortened(self.text.of(node.test))}`"
            always = f"what is below {condition} should run in any case: then {RIGHT}"
            yield Rewritten(TAKEN, node.lineno, (self.piece(node.test, "True"),), always)
            never = f"what is below {condition} should not run: without it {RIGHT}"
            yield Rewritten(TAKEN, node.lineno, (self.piece(node.test, "False"),), never)
            turned = f"the condition {condition} is the wrong way round: the other way {RIGHT}"
            yield Rewritten(
                EXCHANGED, node.lineno, (self.piece(node.test, f"not ({self.text.of(node.test)})"),), turned
            )

    def moved(self, body: list[ast.stmt], place: int, parent: ast.AST) -> Iterator[Rewritten]:
        """One statement of a block before its neighbour, or out of the block."""
        node = body[place]
        if place + 1 < len(body) and not is_docstring(node):
            later = body[place + 1]
            pieces = self.piece(node, self.text.of(later)), self.piece(later, self.text.of(node))
            told = f"this line comes too late: before `{shortened(self.line_of(node))}` {RIGHT}"
            yield Rewritten(MOVED, later.lineno, pieces, told)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield from self.into_the_loop(node, body[place + 1 :])
        if isinstance(parent, ast.For) and place == 0 and len(body) > 1 and parent.body is body:
            start = self.text.span(parent)[0]
            before = f"{self.text.of(node)}\n{' ' * parent.col_offset}"
            told = f"this line runs in every round of the loop: before the loop {RIGHT}"
            yield Rewritten(MOVED, node.lineno, ((start, start, before), self.piece(node, "pass")), told)
        inner = isinstance(parent, (ast.For, ast.If, ast.With)) and place + 1 == len(body)
        if inner and len(body) > 1 and getattr(parent, "body", None) is body and not getattr(parent, "orelse", None):
            assert isinstance(parent, ast.stmt)
            start, end = self.text.span(node)
            indent = " " * parent.col_offset
            here = self.text.starts[node.lineno - 1]
            shift = node.col_offset - parent.col_offset
            lines = self.text.data[start:end].decode().split("\n")
            out = "\n".join([lines[0], *(line[shift:] if line[:shift].isspace() else line for line in lines[1:])])
            what = {ast.For: "in the loop", ast.If: "in the `if`", ast.With: "in the `with`"}[type(parent)]
            yield Rewritten(MOVED, node.lineno, ((here, end, indent + out),), f"this line is {what}: behind it {RIGHT}")
        earlier = body[place - 1] if place else None
        if isinstance(earlier, (ast.For, ast.If)) and not earlier.orelse and node.lineno == node.end_lineno:
            indent = " " * earlier.body[-1].col_offset
            here, end = self.text.starts[node.lineno - 1], self.text.span(node)[1]
            what = "loop" if isinstance(earlier, ast.For) else "`if`"
            told = f"this line stands behind the {what}: in it {RIGHT}"
            yield Rewritten(MOVED, node.lineno, ((here, end, indent + self.text.of(node)),), told)
        if isinstance(earlier, ast.If) and not earlier.orelse:
            keyword_at = self.text.starts[node.lineno - 1]
            body_of = self.text.data[keyword_at : self.text.span(node)[1]].decode()
            indent = " " * node.col_offset
            new = f"{indent}else:\n" + "\n".join(f"    {line}" for line in body_of.split("\n"))
            told = f"this line also runs after the `if` above it: in an `else` {RIGHT}"
            yield Rewritten(MOVED, node.lineno, ((keyword_at, self.text.span(node)[1], new),), told)

    def into_the_loop(self, node: ast.Assign, later: list[ast.stmt]) -> Iterator[Rewritten]:
        """What is made once before a loop, made in each of its rounds."""
        name = self.text.of(node.targets[0])
        for loop in (each for each in later if isinstance(each, ast.For)):
            if node.lineno == node.end_lineno and name in {getattr(each, "id", "") for each in ast.walk(loop)}:
                first = self.text.span(loop.body[0])[0]
                made = f"{self.text.of(node)}\n{' ' * loop.body[0].col_offset}"
                told = f"`{name}` is made once, and all rounds of the loop share it: with a new one in each {RIGHT}"
                yield Rewritten(MOVED, node.lineno, (self.piece(node, "pass"), (first, first, made)), told)
                return

    def ends_too_early(self, loop: ast.While) -> Iterator[Rewritten]:
        """A `while` without one of its conditions, where what is left asks for what the loop takes from."""
        calls = [each.func for each in ast.walk(loop) if isinstance(each, ast.Call)]
        taken = {self.text.of(each.value) for each in calls if isinstance(each, ast.Attribute) and each.attr in TAKING}
        conditions = loop.test.values if isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.And) else []
        for each in conditions:
            left = [other for other in conditions if other is not each]
            if taken & {self.text.of(part) for other in left for part in ast.walk(other) if isinstance(part, ast.expr)}:
                told = f"the loop ends too early: without `{shortened(self.text.of(each))}` {RIGHT}"
                pieces = (self.piece(loop.test, " and ".join(map(self.text.of, left))),)
                yield Rewritten(TAKEN, loop.lineno, pieces, told)

    def returned_too_early(self, loop: ast.For) -> Iterator[Rewritten]:
        """A `return` somewhere in a loop, behind the loop."""
        for node in (each for each in ast.walk(loop) if isinstance(each, ast.Return)):
            assert loop.end_lineno is not None
            end = self.text.span(loop)[1]
            behind = end, end, f"\n{' ' * loop.col_offset}{self.text.of(node)}"
            told = f"this `return` is in the loop: behind it {RIGHT}"
            yield Rewritten(MOVED, node.lineno, (self.piece(node, "pass"), behind), told)

    def with_what_it_needs(self, function: ast.FunctionDef) -> Iterator[Rewritten]:
        """A statement left out together with the one before that is there for it alone."""
        loads = [each for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
        once = {each.id for each in loads if sum(other.id == each.id for other in loads) == 1}
        simple = [each for each in statements_of(function) if isinstance(each, (ast.Assign, ast.AugAssign, ast.Expr))]
        made = {self.text.of(each.targets[0]): each for each in simple if isinstance(each, ast.Assign)}
        for user in simple:
            for name in (each.id for each in ast.walk(user) if isinstance(each, ast.Name) and each.id in once):
                if name in made and made[name].lineno < user.lineno:
                    told = f"this line, and that of `{name}`, do not belong here: without them {RIGHT}"
                    pieces = self.piece(made[name], "pass"), self.piece(user, "pass")
                    yield Rewritten(TAKEN, user.lineno, pieces, told)

    def shared_defaults(self, function: ast.FunctionDef) -> Iterator[Rewritten]:
        """A default that all calls share, made anew for each."""
        arguments = function.args
        named = list(zip(arguments.args[len(arguments.args) - len(arguments.defaults) :], arguments.defaults))
        named += [
            (name, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value is not None
        ]
        first = function.body[1 if is_docstring(function.body[0]) and len(function.body) > 1 else 0]
        start = self.text.span(first)[0]
        for argument, value in named:
            if isinstance(value, MADE_ANEW):
                made = self.text.of(value)
                shared = f"{argument.arg}={shortened(made)}"
                told = f"`{shared}` is made once and shared by all: with a new one each time {RIGHT}"
                new = f"{argument.arg} = {made}\n{' ' * first.col_offset}"
                yield Rewritten(TAKEN, value.lineno, ((start, start, new),), told)

    def shared_state(self, function: ast.FunctionDef, owner: ast.ClassDef) -> Iterator[Rewritten]:
        """What the class holds for all its objects, or an object from call to call, made anew."""
        init = next((each for each in owner.body if getattr(each, "name", "") == "__init__"), None)
        of_class = [(node, node.targets[0], "") for node in owner.body if isinstance(node, ast.Assign)]
        of_object = [
            (node, node.targets[0], "self.") for node in getattr(init, "body", ()) if isinstance(node, ast.Assign)
        ]
        mentioned = {each.attr for each in ast.walk(function) if isinstance(each, ast.Attribute)}
        first = function.body[1 if is_docstring(function.body[0]) and len(function.body) > 1 else 0]
        start = self.text.span(first)[0]
        for node, target, own in (*of_class, *of_object):
            name = self.text.of(target).removeprefix(own)
            if not isinstance(node.value, MADE_ANEW) or not name.isidentifier() or (own and function is init):
                continue
            if name not in mentioned and function is not init:
                continue
            whose = f"`{name}` belongs to the class, and all its objects share it"
            told = f"`self.{name}` goes on from one call to the next" if own else whose
            new = f"self.{name} = {self.text.of(node.value)}\n{' ' * first.col_offset}"
            yield Rewritten(
                TAKEN, node.lineno, ((start, start, new),), f"{told}: with a new one in `{function.name}` {RIGHT}"
            )

    def left_out(self, node: ast.stmt) -> Rewritten:
        return self.rewritten(TAKEN, node, "pass", f"this line does not belong here: without it {RIGHT}")

    def rewritten(self, kind: int, node: ast.stmt, new: str, sentence: str) -> Rewritten:
        return Rewritten(kind, node.lineno, (self.piece(node, new),), sentence)

    def piece(self, node: ast.expr | ast.stmt, new: str) -> Piece:
        return (*self.text.span(node), new)

    def line_of(self, node: ast.stmt) -> str:
        return self.text.of(node).partition("\n")[0]


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
