"""How code is called in a sentence: an operator by its sign or verb, an expression by its text or its names."""

from __future__ import annotations

import ast

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@", ast.FloorDiv: "//"}
COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
DONE = {
    ast.Add: "added",
    ast.Sub: "subtracted",
    ast.Mult: "multiplied",
    ast.Div: "divided",
    ast.FloorDiv: "divided without a remainder",
}
LONGEST_QUOTE = 32  # characters of code in a sentence: an expression, and no line of the solution


def plain(text: str) -> str:
    """Code as one writes it on paper."""
    return text.replace("self.", "").replace("np.", "")


def quoted(node: ast.expr) -> str:
    """A short expression; of a longer one, or one that shows an axis, the names in it."""
    text = plain(ast.unparse(node))
    shows_axis = any(isinstance(each, ast.keyword) for each in ast.walk(node))
    return text if len(text) <= LONGEST_QUOTE and not shows_axis else f"what is made of {names_in(node)}"


def names_in(node: ast.expr) -> str:
    called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    names = [
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and each.id not in ("np", "self") and id(each) not in called
    ]
    attributes = [each for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    names += [each.attr for each in attributes if ast.unparse(each) == f"self.{each.attr}"]
    return ", ".join(dict.fromkeys(names)) or "numbers"
