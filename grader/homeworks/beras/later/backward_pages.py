"""The lines of a page of another year, for one whose arrays carry gradients and whose optimizers hold parameters.

Layers and losses are called with Tensors, as nothing else carries the way back. `Adam(0.1).apply_gradients([w], [g])`
becomes `w.grad = g` and `Adam([w], 0.1).step()`; an optimizer that is made before its weights is made behind them, and
one that a model is compiled with holds the model's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import TypeGuard

METHOD = "apply_gradients"
TENSOR = "Tensor"
FLAG = re.compile(r"(\.[wb]|\]|\bweight)\.trainable\b")  # of an array, and not of a layer
# Classes whose objects are called with Tensors, and the methods of theirs that take some
CALLED = {
    "Dense", "LeakyReLU", "ReLU", "Sigmoid", "Softmax", "MeanSquaredError", "CategoricalCrossentropy",
    "CategoricalCrossEntropy", "SequentialModel", "Sequential", "Linear",
}  # fmt: skip
TAKING = {"forward", "batch_step", "fit", "evaluate"}


def rewritten(code: str, modules: Mapping[str, str]) -> str:
    """modules: of each name, for lines that import what they use."""
    before, code = code, FLAG.sub(r"\1.requires_grad", with_tensors(code))
    tree = ast.parse(code)
    held = {name: given for node in steps(tree) for name, given in of_name(node)}
    handed = [node.args[0] for node in steps(tree)]
    listed = [each for node in handed for each in (node.elts if isinstance(node, ast.List) else [node])]
    weights = {each.id for each in listed if isinstance(each, ast.Name)}
    lines = code.splitlines()
    for node in sorted((each for each in ast.walk(tree) if isinstance(each, ast.stmt)), key=lambda each: -each.lineno):
        found = list(written(node, held, weights))
        if found:
            indent = lines[node.lineno - 1][: node.col_offset]
            comment = lines[node.lineno - 1].partition("  # ")
            found[-1] += comment[1] + comment[2]
            lines[node.lineno - 1 : node.end_lineno] = [indent + line for line in found]
    if "\n".join(lines) + "\n" == before:
        return before
    imports = [line for line in lines if line.startswith("from ")]
    if imports and not any(TENSOR in re.findall(r"\w+", line) for line in imports):
        first = next(place for place, line in enumerate(lines) if line.startswith("from "))
        lines.insert(first, f"from {modules[TENSOR]} import {TENSOR}")
    return "\n".join(lines) + "\n"


def with_tensors(code: str) -> str:
    """The code, where objects are called with Tensors, and a model's optimizer is made for its parameters."""
    tree = ast.parse(code)
    assigned = [pair for node in ast.walk(tree) if isinstance(node, ast.Assign) for pair in pairs(node)]
    objects = {name.id for name, value in assigned if isinstance(name, ast.Name) and is_made(value)}
    given = [each for node in ast.walk(tree) if takes_tensors(node, objects) for each in node.args]
    names = {each.id for each in given if isinstance(each, ast.Name)}
    given += [value for name, value in assigned if isinstance(name, ast.Name) and name.id in names]
    lines = code.encode().splitlines(keepends=True)  # Python counts columns in bytes
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    added: set[tuple[int, bytes]] = set()
    for each in given:
        if isinstance(each, ast.BinOp) or (isinstance(each, ast.Call) and ast.unparse(each.func).startswith("np.")):
            added.add((starts[each.lineno - 1] + each.col_offset, f"{TENSOR}(".encode()))
            added.add((starts[(each.end_lineno or 0) - 1] + (each.end_col_offset or 0), b")"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "compile":
            first = node.args[0]
            if isinstance(first, ast.Call):
                inside = first.args[0] if first.args else None
                assert inside is not None
                model = ast.unparse(node.func.value)
                added.add((starts[inside.lineno - 1] + inside.col_offset, f"{model}.weights, ".encode()))
    text = b"".join(lines)
    for place, new in sorted(added, reverse=True):
        text = text[:place] + new + text[place:]
    return text.decode()


def pairs(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """What is assigned to what."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts))
    return [(target, value)]


def is_made(value: ast.expr) -> bool:
    """Is this an object that is called with Tensors?"""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in CALLED


def takes_tensors(node: ast.AST, objects: set[str]) -> TypeGuard[ast.Call]:
    """Is it a call of such an object, or of a method of one?"""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in TAKING:
        called = called.value
    return is_made(called) or (isinstance(called, ast.Name) and called.id in objects)


def steps(tree: ast.AST) -> list[ast.Call]:
    """The calls that take a step."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == METHOD
    ]


def of_name(step: ast.Call) -> Iterator[tuple[str, str]]:
    """An optimizer that has a name, and the weights that it is for."""
    assert isinstance(step.func, ast.Attribute)
    if isinstance(step.func.value, ast.Name):
        yield step.func.value.id, ast.unparse(step.args[0])


def written(node: ast.stmt, held: dict[str, str], weights: set[str]) -> Iterator[str]:
    """The lines that stand for a statement; none where it stays."""
    if isinstance(node, ast.Expr) and node.value in steps(node):
        yield from stepping(node.value)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        found = pairs(node)
        names = {each.id for each, _ in found if isinstance(each, ast.Name)}
        if names & (weights | held.keys()):
            first = [(name, carrying(given, ast.unparse(name) in weights)) for name, given in found
                     if ast.unparse(name) not in held]  # fmt: skip
            if first:
                yield f"{', '.join(ast.unparse(name) for name, _ in first)} = {', '.join(each for _, each in first)}"
            for name, given in found:
                if ast.unparse(name) in held:
                    yield f"{ast.unparse(name)} = {made(given, held[ast.unparse(name)])}"


def stepping(call: ast.expr) -> Iterator[str]:
    """A step, by the gradients that the weights are given first."""
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    weights, gradients = call.args
    if isinstance(weights, ast.List) and isinstance(gradients, ast.List):
        for weight, gradient in zip(weights.elts, gradients.elts):
            yield f"{ast.unparse(weight)}.grad = {ast.unparse(gradient)}"
    else:
        yield f"for each, gradient in zip({ast.unparse(weights)}, {ast.unparse(gradients)}):"
        yield "    each.grad = gradient"
    optimizer = call.func.value
    named = made(optimizer, ast.unparse(weights)) if isinstance(optimizer, ast.Call) else ast.unparse(optimizer)
    yield f"{named}.step()"


def made(optimizer: ast.expr, weights: str) -> str:
    """The call that makes an optimizer, for these weights."""
    assert isinstance(optimizer, ast.Call)
    arguments = [weights, *(ast.unparse(each) for each in (*optimizer.args, *optimizer.keywords))]
    return f"{ast.unparse(optimizer.func)}({', '.join(arguments)})"


def carrying(value: ast.expr, is_weight: bool) -> str:
    """What is assigned, as a Tensor, or a list of Tensors, where it is a weight."""
    if not is_weight or (isinstance(value, ast.Call) and ast.unparse(value.func) == TENSOR):
        return ast.unparse(value)
    if isinstance(value, ast.List):
        return f"[{', '.join(carrying(each, True) for each in value.elts)}]"
    return f"{TENSOR}({ast.unparse(value)})"
