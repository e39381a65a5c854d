"""Changes of an expression: what of it is taken away, exchanged or added."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.ask.code_words import COMPARISONS, SIGNS
from grader.ask.slips import COMPARED, REDUCTIONS, USUAL, squared
from grader.diagnose.repair.edit import ADDED, ADDED_WITHIN, EXCHANGED, NAMED, NUMBERED, RIGHT, TAKEN
from grader.diagnose.repair.text import LONGEST_PART, Text, contrast, shortened

LIKE = {
    "sum": ("mean",), "mean": ("sum",), "average": ("sum",), "max": ("min", "sum", "mean"), "min": ("max",),
    "amax": ("amin",), "amin": ("amax",), "argmax": ("argmin",), "argmin": ("argmax",), "maximum": ("minimum",),
    "minimum": ("maximum",), "ones_like": ("zeros_like",), "zeros_like": ("ones_like",), "ones": ("zeros",),
    "zeros": ("ones",), "log": ("log2", "log10", "log1p"), "log2": ("log",), "log10": ("log",), "log1p": ("log",),
    "exp": ("exp2", "expm1"), "exp2": ("exp",), "expm1": ("exp",), "sqrt": ("square",), "square": ("sqrt",),
    "var": ("std",), "std": ("var",), "any": ("all",), "all": ("any",), "floor": ("ceil",), "ceil": ("floor",),
    "normal": ("uniform",), "uniform": ("normal",), "rand": ("randn",), "append": ("extend",), "extend": ("append",),
    "hstack": ("vstack",), "vstack": ("hstack",), "stack": ("concatenate",), "concatenate": ("stack",),
    "add": ("subtract", "multiply"), "subtract": ("add",), "multiply": ("divide", "add", "matmul"),
    "divide": ("multiply",), "dot": ("outer", "multiply"), "inner": ("outer",), "outer": ("dot",),
    "matmul": ("outer", "multiply"),
}  # fmt: skip
OPERATORS: dict[type, tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Mult), ast.Mult: (ast.Div, ast.Add, ast.MatMult, ast.Pow),
    ast.Div: (ast.Mult, ast.Sub), ast.FloorDiv: (ast.Div,), ast.Pow: (ast.Mult,), ast.MatMult: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
}  # fmt: skip
SIZING = frozenset({"zeros", "ones", "empty", "full", "arange", "eye", "identity", "linspace", "tile", "repeat"})
TURNED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv)
WRAPPING = frozenset({"float", "int", "abs", "round", "list", "sorted", "reversed", "str", "sum", "max", "min"})
UNWRAPPED = frozenset(
    {"astype", "round", "clip", "copy", "sum", "mean", "max", "min", "flatten", "ravel", "squeeze", "transpose",
     "reshape", "item", "tolist", "lower", "upper"}
)  # fmt: skip
JOINING = frozenset({"hstack", "vstack", "stack", "concatenate"})  # without one of them a list is left of an array
ALONE = frozenset({"log", "sqrt", "exp", "square", "abs"})  # functions of one value, whose bracket may close too late
HALVES = (0.5, 1.0, 2.0)
MOST_NAMES = 4  # of those in reach that one name is exchanged for: the ones that are written most like it


@dataclass(frozen=True)
class Formula:
    """text: of a formula with two operands. operands: the ids of their nodes, by what they say."""

    text: str
    operands: Mapping[str, int]


@dataclass(frozen=True)
class Scope:
    """What a function can use. names: its arguments and local names. kept: attributes of its object, `self.m`.

    counts: how it counts something, or may: `len(x)`, `x.shape[0]`. slices: what it cuts out, `start:end`.
    counters: the names of its loops. constants: the numbers that the module, or a class of it, gives a name.
    picked: what it picks out of an array, `s[i]`. formulas: what it makes of a name, `x - m`, and where.
    """

    names: tuple[str, ...]
    kept: tuple[str, ...]
    counts: tuple[str, ...]
    slices: tuple[str, ...]
    counters: tuple[str, ...]
    constants: tuple[str, ...]
    picked: tuple[str, ...]
    formulas: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Change:
    """An expression with another text in its place, and what that says."""

    kind: int
    node: ast.expr
    new: str
    sentence: str
    rank: int = 0


def without(part: str) -> str:
    return f"`{shortened(part)}` does not belong here: without it {RIGHT}"


class Expressions:
    """The changes of the expressions of one function."""

    def __init__(self, text: Text, scope: Scope) -> None:
        self.text, self.scope = text, scope

    def of(self, node: ast.expr, sizing: bool = False) -> Iterator[Change]:
        """sizing: it says how large something is to be, where only smaller changes are safe."""
        if isinstance(node, ast.BinOp):
            yield from self.of_operator(node, sizing)
        elif isinstance(node, ast.Call):
            yield from self.of_call(node)
        elif isinstance(node, ast.Subscript):
            yield from self.of_subscript(node)
        elif isinstance(node, ast.UnaryOp):
            if not (isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)):
                sign = {ast.USub: "-", ast.Not: "not", ast.Invert: "~", ast.UAdd: "+"}[type(node.op)]
                told = f"the `{sign}` in front of `{shortened(self.src(node.operand))}` does not belong here: "
                yield Change(TAKEN, node, self.kept(node.operand), f"{told}without it {RIGHT}")
            elif isinstance(node.operand.value, (int, float)) and not sizing:
                yield from self.of_number(node, -node.operand.value)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.src(node.left), self.src(node.comparators[0])
            there = COMPARISONS.get(type(node.ops[0]), "")
            if not isinstance(node.comparators[0], ast.Constant):
                yield self.exchanged(node.comparators[0], "0")
            for comparison in COMPARED.get(type(node.ops[0]), ()):
                sign = COMPARISONS[comparison]
                yield Change(
                    EXCHANGED, node, f"({left} {sign} {right})", f"with `{sign}` in place of `{there}` {RIGHT}"
                )
        elif isinstance(node, ast.BoolOp):
            yield from self.of_conditions(node)
        elif isinstance(node, ast.IfExp):
            for each in (node.body, node.orelse):
                yield Change(
                    TAKEN, node, self.kept(each), f"with `{shortened(self.src(each))}` whatever the condition, {RIGHT}"
                )
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield Change(TAKEN, node, self.kept(node.value), without(".T"))
        elif isinstance(node, ast.Constant):
            yield from self.of_constant(node, sizing)
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            for each in (part for generator in node.generators for part in generator.ifs):
                yield Change(TAKEN, each, "True", without(f"if {self.src(each)}"))
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
            new = f"({', '.join(map(self.src, reversed(node.elts)))})"
            yield Change(EXCHANGED, node, new, f"with both values exchanged {RIGHT}")
        elif isinstance(node, ast.Dict) and len(node.values) == 2 and all(node.keys):
            one, other = map(self.src, node.values)
            first, second = (self.src(key) for key in node.keys if key is not None)
            new = f"{{{first}: {other}, {second}: {one}}}"
            yield Change(EXCHANGED, node, new, f"with the values of both keys exchanged {RIGHT}")

    def names(self, node: ast.expr) -> Iterator[Change]:
        """Another name in the place of this one, or another number of the same sort."""
        yield from self.counts(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not (node.args or node.keywords):
            for rank, other in enumerate(each for each in self.scope.names if each != self.src(node.func.value)):
                yield replace(self.exchanged(node, other, kind=NAMED), rank=rank)
        name = self.src(node)
        if name in self.scope.constants or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
            for rank, other in enumerate(self.scope.kept):
                yield replace(self.exchanged(node, other, kind=NAMED), rank=rank)
        if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
            return
        known = (*self.scope.names, *self.scope.kept)
        if name not in known:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and self.src(node.value) in known:
                yield Change(NAMED, node, self.src(node.value), without(f".{node.attr}"))
            return
        wider = [each.text for each in self.scope.formulas if each.operands.get(name, id(node)) != id(node)]
        for rank, other in enumerate(dict.fromkeys(each for each in wider if each != name)):
            yield replace(self.exchanged(node, other, "({})", NAMED), rank=rank)
        for rank, other in enumerate((*self.near(node)[:MOST_NAMES], *self.scope.counts)):
            if other not in (f"len({name})", name):
                yield replace(self.exchanged(node, other, kind=NAMED), rank=rank)

    def for_one(self, node: ast.Constant) -> Iterator[Change]:
        """What varies, in the place of a 1."""
        if node.value == 1 and not isinstance(node.value, bool):
            for rank, other in enumerate((*self.scope.picked, *self.scope.names[:MOST_NAMES])):
                yield replace(self.exchanged(node, other, kind=NAMED), rank=rank)

    def counts(self, node: ast.expr) -> Iterator[Change]:
        """Another number of rows, columns or entries in the place of one."""
        if self.src(node) in self.scope.counts:
            for other in self.scope.counts:
                if other != self.src(node):
                    yield self.exchanged(node, other)

    def beside(self, node: ast.expr) -> Iterator[Change]:
        """Something more beside a whole value."""
        forms = ["{}.astype(float)"]  # first: where it is enough, any arithmetic that makes floats is as good
        forms += [f"{{}} {sign} {count}" for count in self.scope.counts for sign in "/*"]
        forms += ["{} * 2", "{} / 2", "{} + 1e-7", "{} ** 2", "{} ** 0.5", "{} + 1", "{} - 1"]
        forms += ["-{}", "1 - {}", "{}.T", "{}.copy()"]
        forms += [f"{{}} {sign} {name}" for name in self.near(node)[:3] for sign in "*+-/"]
        for rank, form in enumerate(forms):
            yield replace(self.added(node, form), rank=rank // 4)

    def within(self, node: ast.expr) -> Iterator[Change]:
        """Something more beside a part of a formula."""
        forms = [f"{{}} * {name}" for name in self.near(node)[:3]]
        forms += ["{} ** 2", "1 - {}", "{}.T", "{}.copy()", "-{}", "{} ** 0.5", "{} + 1", "{} - 1", "{} > 0"]
        for rank, form in enumerate(forms):
            yield replace(self.added(node, form, ADDED_WITHIN), rank=rank // 2)

    def near(self, node: ast.expr) -> list[str]:
        """The names in reach, but for the node's own, those first that are written most like it."""
        own = self.src(node)
        names = [each for each in (*self.scope.names, *self.scope.kept) if each != own]
        return sorted(names, key=lambda each: -alike(own, each))

    # --- the kinds ----------------------------------------------------------------------------------------------

    def of_operator(self, node: ast.BinOp, sizing: bool) -> Iterator[Change]:
        sign, left, right = SIGNS.get(type(node.op), "%"), self.side(node.left, node.op), self.side(node.right, node.op)
        yield Change(TAKEN, node, self.kept(node.left), without(f"{sign} {right}"))
        if isinstance(node.op, (ast.Add, ast.Mult)):
            yield Change(TAKEN, node, self.kept(node.right), without(f"{left} {sign}"))
        elif isinstance(node.op, ast.Sub):
            yield Change(TAKEN, node, self.kept(node.right), without(f"{left} -"))
        if sizing:
            return
        if isinstance(node.op, TURNED):
            new = f"{right} {sign} {left}"
            sentence = f"with both sides exchanged, `{shortened(new)}`, {RIGHT}"
            yield Change(EXCHANGED, node, f"({new})", sentence)
        for other in OPERATORS.get(type(node.op), ()):
            change = self.exchanged(node, f"{left} {SIGNS[other]} {right}", "({})")
            if len(self.src(node)) > LONGEST_PART:
                change = replace(change, sentence=f"with `{SIGNS[other]}` in place of `{sign}` {RIGHT}")
            yield change
        inner, outer = node.left, node.op
        if isinstance(inner, ast.BinOp):  # (a + b) / c and a + b / c, (1 - b) ** t and 1 - b ** t
            one, both = SIGNS.get(type(inner.op), "%"), f"({self.kept(inner.right)} {sign} {right})"
            yield self.exchanged(node, f"{self.kept(inner.left)} {one} {both}", "({})")
        inner = node.right
        if isinstance(inner, ast.BinOp):
            one = SIGNS.get(type(inner.op), "%")
            both = f"({left} {sign} {self.kept(inner.left)})"
            yield self.exchanged(node, f"{both} {one} {self.kept(inner.right)}", "({})")
            if isinstance(inner.op, (ast.Add, ast.Mult)):
                both = f"({left} {sign} {self.kept(inner.right)})"
                yield self.exchanged(node, f"{both} {one} {self.kept(inner.left)}", "({})")
        if isinstance(inner, ast.Call) and len(inner.args) == 1 and not inner.keywords:
            function = self.src(inner.func)
            within = f"{left} {sign} {self.kept(inner.args[0])}"
            yield self.exchanged(node, f"{function}({within})")
        if isinstance(node.left, ast.Call) and len(node.left.args) == 1 and not node.left.keywords:
            within = f"{self.kept(node.left.args[0])} {sign} {right}"
            yield self.exchanged(node, f"{self.src(node.left.func)}({within})")
        if isinstance(outer, ast.MatMult):
            for new in (f"{left}.T @ {right}", f"{left} @ {right}.T"):
                yield self.exchanged(node, new, "({})")
        if isinstance(outer, ast.MatMult) or left == right or f"{left}.T" == right:
            yield self.exchanged(node, f"np.outer({left}, {right})")
        if isinstance(outer, (ast.Add, ast.Sub)):
            yield from self.of_alike(node, sign)

    def of_alike(self, node: ast.BinOp, sign: str) -> Iterator[Change]:
        """f(a) - f(b) as f(a - b), and squares likewise."""
        one, other = node.left, node.right
        if isinstance(one, ast.BinOp) and isinstance(other, ast.BinOp):
            power = self.src(one.right)
            if isinstance(one.op, ast.Pow) and isinstance(other.op, ast.Pow) and power == self.src(other.right):
                both = f"({self.src(one.left)} {sign} {self.side(other.left, node.op)})"
                yield self.exchanged(node, f"{both} ** {power}", "({})")
        elif isinstance(one, ast.Call) and isinstance(other, ast.Call) and len(one.args) == len(other.args) == 1:
            function = self.src(one.func)
            if function == self.src(other.func) and not one.keywords and not other.keywords:
                both = f"{self.src(one.args[0])} {sign} {self.side(other.args[0], node.op)}"
                yield self.exchanged(node, f"{function}({both})")

    def of_late_bracket(self, node: ast.Call) -> Iterator[Change]:
        """A factor or summand that got into a function: f(a * b) as a * f(b), f(a * b + c) as a * f(b + c)."""
        inner, function = node.args[0], self.src(node.func)
        if not isinstance(inner, ast.BinOp):
            return
        one, sign, other = inner.left, SIGNS.get(type(inner.op), "%"), self.side(inner.right, inner.op)
        found = [f"{function}({self.src(one)}) {sign} {other}"]
        found += [f"{self.side(one, inner.op)} {sign} {function}({self.src(inner.right)})"]
        if function.endswith("sqrt") and (root := squared(inner.right)):
            found += [f"{function}({self.src(one)}) {sign} {self.kept(root)}"]
        if isinstance(inner.op, (ast.Add, ast.Sub)) and isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult):
            for factor, left in ((one.left, one.right), (one.right, one.left)):
                found += [f"{self.kept(factor)} * {function}({self.src(left)} {sign} {other})"]
        for new in found:
            yield self.exchanged(node, new, "({})")

    def of_call(self, node: ast.Call) -> Iterator[Change]:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        on_numpy = of is not None and self.src(of) in ("np", "numpy")
        if node.args and (on_numpy or name in WRAPPING) and name not in SIZING | JOINING:
            yield Change(TAKEN, node, self.kept(node.args[0]), without(f"{self.src(node.func)}(...)"))
        if of is not None and not on_numpy and name in UNWRAPPED:
            yield Change(TAKEN, node, self.kept(of), without(f".{name}({self.arguments(node.args, node.keywords)})"))
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in ("shape", "size"):
                others = [each for each in node.keywords if each is not keyword]
                yield Change(TAKEN, node, self.call(node, node.args, others), without(self.text.of(keyword)))
        if name in REDUCTIONS:
            yield from self.of_reduction(node, of if not on_numpy else None)
        if on_numpy and name in ALONE and len(node.args) == 1:
            yield from self.of_late_bracket(node)
        if on_numpy and name in ("eye", "identity"):
            for each in (*self.scope.picked, *self.scope.names)[:MOST_NAMES]:
                yield self.exchanged(node, f"np.diag({each})")
        if name == "pop" and of is not None and self.arguments(node.args, node.keywords) in ("", "0"):
            yield self.exchanged(node, f"{self.src(of)}.pop({'' if node.args else '0'})")
        if name == "range" and len(node.args) > 1 and self.src(node.args[0]) != "0":
            yield self.exchanged(node.args[0], "0")
        if name == "range" and len(node.args) in (1, 2):
            end = node.args[-1]
            yield self.exchanged(end, f"{self.kept(end)} + 1")
        if name == "insert" and of is not None and len(node.args) == 2:
            yield self.exchanged(node, f"{self.src(of)}.append({self.src(node.args[1])})")
        if isinstance(node.func, ast.Attribute):
            for other in LIKE.get(name, ()):
                new = f"{self.src(node.func.value)}.{other}"
                yield Change(EXCHANGED, node.func, new, f"with `{other}` in place of `{name}` {RIGHT}")
        if len(node.args) > 1 and name not in SIZING and self.src(node.args[-1]) != self.src(node.args[-2]):
            order = [*node.args[:-2], node.args[-1], node.args[-2]]
            yield self.exchanged(node, self.call(node, order, node.keywords))

    def of_reduction(self, node: ast.Call, of: ast.expr | None) -> Iterator[Change]:
        """Another axis, where there is one and where there is none; the axis kept."""
        place = 1 if of is None else 0  # of an axis that has no name
        axis = next((each for each in node.keywords if each.arg == "axis"), None)
        unnamed = node.args[place] if axis is None and len(node.args) > place else None
        there = self.text.of(axis.value) if axis is not None else self.src(unnamed) if unnamed is not None else ""
        others = [each for each in node.keywords if each.arg != "axis"]
        args = [each for each in node.args if each is not unnamed]
        for new in ("0", "1", "-1"):
            if new != there:
                call = self.call(node, args, others, f"axis={new}")
                yield Change(EXCHANGED, node, call, self.axis_told(node, there, f"over axis {new}"))
        if unnamed is not None:
            yield Change(EXCHANGED, node, self.call(node, args, others), self.axis_told(node, there, "of everything"))
        if not any(each.arg == "keepdims" for each in node.keywords):
            if there not in ("1", "-1"):
                told = self.axis_told(node, there, "over axis -1, with `keepdims=True`,")
                yield Change(EXCHANGED, node, self.call(node, args, others, "axis=-1", "keepdims=True"), told)
            yield Change(
                ADDED, node, self.call(node, node.args, node.keywords, "keepdims=True"),
                f"`keepdims=True` is missing in `{shortened(self.src(node))}`: with it {RIGHT}",
            )  # fmt: skip

    def axis_told(self, node: ast.Call, there: str, new: str) -> str:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else self.src(node.func)
        where = f"over axis {there}" if there else "of everything at once"
        return f"`{name}` is taken {where}; {new} {RIGHT}"

    def of_subscript(self, node: ast.Subscript) -> Iterator[Change]:
        value, index = self.src(node.value), self.src(node.slice)
        if isinstance(node.slice, ast.Slice):
            yield Change(TAKEN, node, value, without(f"[{index}]"))
            for other in self.scope.slices:
                if other != index:
                    yield self.at(node, other)
            for bound in filter(None, (node.slice.lower, node.slice.upper)):
                for step in (" + 1", " - 1"):
                    yield self.exchanged(bound, f"{self.kept(bound)}{step}")
        elif isinstance(node.slice, ast.Tuple):
            parts = [self.src(each) for each in node.slice.elts]
            for place in (place for place, part in enumerate(parts) if part == ":"):
                for name in (each for each in self.scope.counters if each not in parts):
                    yield self.at(node, ", ".join([*parts[:place], name, *parts[place + 1 :]]))
        elif isinstance(node.ctx, ast.Load):
            if index in ("0", "1", "-1"):
                for new in ("0", "1", "-1", *self.scope.counters):
                    if new != index:
                        yield self.at(node, new)
            elif isinstance(node.slice, (ast.Name, ast.BinOp)):
                for step in (" + 1", " - 1"):
                    yield self.at(node, f"{index}{step}")
            yield Change(NAMED, node, value, without(f"[{index}]"))
            for rank, name in enumerate(each for each in self.scope.names if each not in (index, value)):
                yield replace(self.exchanged(node, name, kind=NAMED), rank=rank)

    def at(self, node: ast.Subscript, index: str) -> Change:
        """The same with another index."""
        old = self.src(node.slice)
        sentence = f"with `[{shortened(index)}]` in place of `[{shortened(old)}]` {RIGHT}"
        return Change(EXCHANGED, node, f"{self.src(node.value)}[{index}]", sentence)

    def of_conditions(self, node: ast.BoolOp) -> Iterator[Change]:
        word = "and" if isinstance(node.op, ast.And) else "or"
        for each in node.values:
            others = f" {word} ".join(self.kept(other) for other in node.values if other is not each)
            yield Change(TAKEN, node, f"({others})", without(f"{self.src(each)}"))
        other = "or" if word == "and" else "and"
        yield Change(
            EXCHANGED, node, f"({f' {other} '.join(map(self.kept, node.values))})",
            f"with `{other}` in place of `{word}` {RIGHT}",
        )  # fmt: skip

    def of_constant(self, node: ast.Constant, sizing: bool) -> Iterator[Change]:
        if isinstance(node.value, bool):
            yield self.exchanged(node, str(not node.value))
        elif isinstance(node.value, (int, float)) and not sizing:
            yield from self.of_number(node, node.value)

    def of_number(self, node: ast.expr, value: float) -> Iterator[Change]:
        if isinstance(value, int):
            usual = dict.fromkeys([0, 1, 2, -1, value + 1, value - 1, *((value * 2, value // 2) if value > 2 else ())])
            others: list[float] = [each for each in usual if each != value]
        else:
            family = next((each for each in (*USUAL, HALVES) if value in each), None) or family_of(value)
            others = [each for each in family if each != value]
        for other in others:
            yield self.exchanged(node, f"{other:g}" if isinstance(other, float) else str(other), kind=NUMBERED)

    # --- texts --------------------------------------------------------------------------------------------------

    def src(self, node: ast.expr) -> str:
        return self.text.of(node)

    def kept(self, node: ast.expr) -> str:
        """An expression that can stand anywhere."""
        plain = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Dict)
        return self.src(node) if isinstance(node, plain) else f"({self.src(node)})"

    def side(self, node: ast.expr, beside: ast.operator) -> str:
        """A side of an operator, in brackets where it needs them."""
        tight = isinstance(beside, (ast.Mult, ast.Div, ast.MatMult, ast.Pow, ast.Sub))
        return self.kept(node) if tight and isinstance(node, ast.BinOp) else self.src(node)

    def call(self, node: ast.Call, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], *more: str) -> str:
        return f"{self.src(node.func)}({self.arguments(args, keywords, *more)})"

    def arguments(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], *more: str) -> str:
        return ", ".join([*map(self.src, args), *map(self.text.of, keywords), *more])

    def exchanged(self, node: ast.expr, new: str, form: str = "{}", kind: int = EXCHANGED) -> Change:
        old, told = contrast(self.src(node), new)
        return Change(kind, node, form.format(new), f"with `{told}` in place of `{old}` {RIGHT}")

    def added(self, node: ast.expr, form: str, kind: int = ADDED) -> Change:
        """form: what it becomes, with {} where it stands now."""
        before, after = (each.strip() for each in form.split("{}"))
        place = f"{'behind' if after else 'in front of'} `{shortened(self.src(node))}`"
        told = f"`{after or before}` is missing {place}: with it {RIGHT}"
        return Change(kind, node, f"({form.format(self.kept(node))})", told)


def alike(one: str, other: str) -> float:
    """How likely a name is taken for another one: those of one kind, and written alike."""
    same_kind = one.startswith("self.") == other.startswith("self.")
    both_short = len(one) == len(other) == 1  # as in formulas
    return difflib.SequenceMatcher(None, one, other).ratio() + 0.5 * same_kind + 0.5 * both_short


def family_of(value: float) -> Sequence[float]:
    """The usual numbers of which an unusual one may stand in the place: decays, widths, and what keeps from 0."""
    decays, tiny, widths = USUAL
    return tiny if 0 < value < min(widths) else widths if value < min(decays) else decays if value < 1 else HALVES
