"""Brackets that are missing: another order in which the operators of one formula work."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.diagnose.repair.edit import EXCHANGED, RIGHT
from grader.diagnose.repair.statements import Rewritten
from grader.diagnose.repair.text import Text, shortened

MOST_OPERANDS = 6  # of a formula; a longer one has too many places for brackets
SIGNS = b"+-*/@%&|^<>"
FREE = ((b"*@", b"*@/"), (b"+", b"+-"))  # behind one of the first, brackets around the others change nothing
Operand = tuple[int, int, bytes]  # first byte, end, and the operator in front of it


def missing(text: Text, formula: ast.expr) -> Iterator[Rewritten]:
    """A formula with one more pair of brackets, wherever that changes what it says."""
    operands = operands_of(text, formula, *text.span(formula), b"") if isinstance(formula, ast.BinOp) else []
    if not 2 < len(operands) <= MOST_OPERANDS:
        return
    start, end = text.span(formula)
    line = formula.lineno
    meant = ast.dump(ast.parse(f"({text.of(formula)})"))
    for first, (opens, _, before) in enumerate(operands):
        for last, (_, closes, _) in enumerate(operands[first + 1 :], first + 1):
            within = b"".join(sign for _, _, sign in operands[first + 1 : last + 1])
            if any(before and before in signs and not within.strip(free) for signs, free in FREE):
                continue
            part = text.data[opens:closes].decode()
            whole = f"({text.data[start:opens].decode()}({part}){text.data[closes:end].decode()})"
            if ast.dump(ast.parse(whole)) != meant:
                told = f"brackets are missing around `{shortened(part)}`: with them {RIGHT}"
                yield Rewritten(EXCHANGED, line, ((opens, opens, "("), (closes, closes, ")")), told)


def operands_of(text: Text, node: ast.expr, start: int, end: int, before: bytes) -> list[Operand]:
    """What the operators of a formula stand between, as far as no bracket keeps it together.

    start, end: of the node, with brackets around it. before: the operator in front of it.
    """
    if not isinstance(node, ast.BinOp) or text.span(node) != (start, end):
        return [(start, end, before)]
    left_end, right_start = text.span(node.left)[1], text.span(node.right)[0]
    between = text.data[left_end:right_start]
    if b"#" in between or b"\\" in between:
        return []
    behind = between.lstrip(b") \t\r\n")
    sign = behind[: len(behind) - len(behind.lstrip(SIGNS))]
    left_end += len(between[: len(between) - len(behind)].rstrip())
    right_start -= len(behind[len(sign) :].lstrip())
    left = operands_of(text, node.left, start, left_end, before)
    return [*left, *operands_of(text, node.right, right_start, end, sign)] if left else []
