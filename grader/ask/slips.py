"""Finder: small changes of a function that somebody might make, each with a sentence that says what it does.

They are read off the text of the reference, so nobody writes them down one by one: an axis, an operator, an operand, a
usual number, a name beside its like, a bracket, a statement. A sentence tells what the wrong code does and never what
stands in its place.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from grader.ask.code_words import COMPARISONS, DONE, SIGNS, names_in, plain, quoted

REDUCTIONS = frozenset({"sum", "mean", "max", "min", "argmax", "argmin", "average", "prod", "var", "std"})
EXCHANGED = {
    "sum": ("mean",), "mean": ("sum",), "max": ("min", "sum", "mean"), "min": ("max",), "argmax": ("argmin",),
    "maximum": ("minimum",), "minimum": ("maximum",), "ones_like": ("zeros_like",), "zeros_like": ("ones_like",),
    "ones": ("zeros",), "zeros": ("ones",), "log": ("log2", "log10"), "sqrt": ("square",),
}  # fmt: skip
SKIPPED = frozenset({"sqrt", "clip", "exp", "log", "abs", "square"})  # functions that are easily forgotten
OPERATORS: Mapping[type, tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Mult), ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,), ast.MatMult: (),
}  # fmt: skip
COMPARED: Mapping[type, tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
USUAL = ((0.5, 0.9, 0.95, 0.99, 0.999), (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12), (0.01, 0.1, 0.2, 0.3))
MOST_ALIKE = 3  # names of a longer list are not taken for each other
SHORT = 24  # characters of a formula that is named beside a name in it


@dataclass(frozen=True)
class Slip:
    """Texts for stretches of a file, (first byte, end, new text), and what comes of them, after `as if`.

    vague: its sentence names a number, and hardly says where. place: the name that the changed statement assigns to.
    """

    pieces: tuple[tuple[int, int, str], ...]
    sentence: str
    vague: bool = False
    place: str = ""

    def applied(self, text: str) -> str:
        data = text.encode()
        for start, end, new in sorted(self.pieces, reverse=True):
            data = data[:start] + new.encode() + data[end:]
        return data.decode()


def slips_of(text: str, owner: str, functions: Collection[str] = ()) -> dict[str, Slip]:
    """The slips in a class, in some of its functions or all, the most telling first.

    Each has a code that is the same as long as the text is.

    owner: the class, or a function at the top. A function with a loop that a slip could make endless has none.
    """
    found: dict[str, Slip] = {}
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function in functions_of(ast.parse(text), owner, functions):
        if any(isinstance(node, ast.While) for node in ast.walk(function)):
            continue
        single = list(Finder(function, starts).found())
        for slip in [*single, *everywhere(single)]:
            changed = slip.applied(text)
            if changed != text:
                found.setdefault(f"slip-{hashlib.sha256(changed.encode()).hexdigest()[:16]}", slip)
    return dict(sorted(found.items(), key=lambda each: (each[1].vague, len(each[1].pieces))))


def functions_of(module: ast.Module, owner: str, names: Collection[str]) -> Iterator[ast.FunctionDef]:
    for top in module.body:
        if isinstance(top, ast.FunctionDef) and top.name == owner:
            yield top
        if isinstance(top, ast.ClassDef) and top.name == owner:
            for node in top.body:
                if isinstance(node, ast.FunctionDef) and (not names or node.name in names):
                    yield node


def everywhere(single: Sequence[Slip]) -> Iterator[Slip]:
    """The same slip wherever a function allows it: who forgets an axis forgets it twice."""
    alike: dict[str, list[Slip]] = defaultdict(list)
    in_place: dict[tuple[str, str], list[Slip]] = defaultdict(list)
    for slip in single:
        what = FORMULA.sub("", slip.sentence)
        sentence = re.sub(r"_\d", "_", what)  # beta_1 and beta_2 are alike, whatever each is beside
        operand = re.search(r"\w+_ were .*", sentence)
        alike[operand[0] if operand else sentence].append(slip)
        if slip.place:
            in_place[what, slip.place].append(slip)
    for (what, place), group in in_place.items():
        if len(group) > 1 and len(group) < sum(FORMULA.sub("", each.sentence) == what for each in single):
            pieces = sorted(piece for slip in group for piece in slip.pieces)
            if all(first[1] <= second[0] for first, second in pairwise(pieces)):
                yield Slip(tuple(pieces), f"{what}, wherever {place} is changed", group[0].vague)
    for group in alike.values():
        pieces = sorted(piece for slip in group for piece in slip.pieces)
        apart = all(first[1] <= second[0] for first, second in pairwise(pieces))
        if len(group) > 1 and apart:
            told = list(dict.fromkeys(slip.sentence for slip in group))
            sentence = " and ".join(told) if len(told) > 1 else f"{told[0]}, each time"
            yield Slip(tuple(pieces), sentence, group[0].vague)


FORMULA = re.compile(r" in `[^`]*`")  # behind a slip, where it stands


class Finder:
    """The slips of one function."""

    def __init__(self, function: ast.FunctionDef, starts: Sequence[int]) -> None:
        self.function, self.starts = function, starts
        self.inside = f"in {function.name}"
        self.alike = siblings(function)
        self.parents = {child: parent for parent in ast.walk(function) for child in ast.iter_child_nodes(parent)}

    def found(self) -> Iterator[Slip]:
        for parent in ast.walk(self.function):
            for body in (getattr(parent, name, None) for name in ("body", "orelse")):
                for statement in body if isinstance(body, list) else ():
                    yield from self.of_statement(statement)
        for default in [*self.function.args.defaults, *filter(None, self.function.args.kw_defaults)]:
            yield from self.of_expression(default)
        yield from self.of_defaults()
        told = {id(each) for each in operands(self.function) if isinstance(each, ast.Constant)}
        for statement in self.function.body:
            for node in (each for each in ast.walk(statement) if id(each) not in told):
                if isinstance(node, ast.expr) and not isinstance(node, ast.JoinedStr):
                    yield from self.of_expression(node)

    def slip(self, node: ast.expr | ast.stmt, new: str, what: str, vague: bool = False) -> Slip:
        return Slip((self.piece(node, new),), f"{what} {self.inside}", vague, self.place(node))

    def place(self, node: ast.AST) -> str:
        """The name that the statement around a node assigns to; '' for none."""
        while not isinstance(node, ast.stmt) and node in self.parents:
            node = self.parents[node]
        if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Assign) and len(node.targets) == 1):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            while isinstance(target, ast.Subscript):
                target = target.value
            return plain(ast.unparse(target))
        return ""

    def piece(self, node: ast.expr | ast.stmt, new: str) -> tuple[int, int, str]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset, new

    def put(self, node: ast.expr, new: ast.expr, what: str) -> Slip:
        text = ast.unparse(new)
        return self.slip(node, text if isinstance(new, (ast.Name, ast.Constant, ast.Call)) else f"({text})", what)

    def of_defaults(self) -> Iterator[Slip]:
        """The defaults of two numbers that are called alike, exchanged."""
        arguments = self.function.args
        named = [*zip(arguments.args[len(arguments.args) - len(arguments.defaults) :], arguments.defaults)]
        named += [
            (name, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value is not None
        ]
        for (one, first), (other, second) in combinations(named, 2):
            if one.arg[:-1] == other.arg[:-1] and ast.unparse(first) != ast.unparse(second):
                yield self.swapped(first, second, f"the defaults of {one.arg} and {other.arg} were exchanged")

    # --- statements -------------------------------------------------------------------------------------------

    def of_statement(self, node: ast.stmt) -> Iterator[Slip]:
        if isinstance(node, ast.AugAssign):
            target, value = ast.unparse(node.target), ast.unparse(node.value)
            name, sign = quoted(node.target), SIGNS.get(type(node.op), "")
            yield self.slip(node, "pass", f"`{name} {sign}= ...` were missing")
            yield self.slip(node, f"{target} {sign}= {value}; {target} {sign}= {value}", f"{name} were changed twice")
            yield self.slip(node, f"{target} = {target} {sign} ({value})", f"{name} were a new array")
            yield self.slip(node, f"{target} = {value}", f"what {name} held were forgotten")
            for other in OPERATORS.get(type(node.op), ()):
                yield self.slip(node, f"{target} {SIGNS[other]}= {value}", f"`{name} {SIGNS[other]}= ...` stood there")
        elif isinstance(node, ast.Return) and isinstance(node.value, (ast.BinOp, ast.Call, ast.Name, ast.Subscript)):
            value = ast.unparse(node.value)
            for name in ("mean", "sum"):
                done = "averaged" if name == "mean" else "summed"
                yield self.slip(
                    node.value, f"np.{name}({value}, axis=0)", f"the result were {done} over its first axis"
                )
        elif isinstance(node, ast.For):
            of, rounds = names_in(node.iter), ast.unparse(node.iter)
            for part, which in (("[:-1]", "last round"), ("[1:]", "first round"), ("[:1]", "rounds after the first")):
                yield self.slip(node.iter, f"list({rounds}){part}", f"the {which} of the loop over {of} were left out")
        elif isinstance(node, ast.Continue):
            yield self.slip(node, "break", "the loop ended where it should go on")
        elif isinstance(node, ast.If):
            yield self.put(node.test, ast.Constant(True), f"the condition on {names_in(node.test)} always held")
            yield self.put(node.test, ast.Constant(False), f"the condition on {names_in(node.test)} never held")
        elif isinstance(node, (ast.Assert, ast.Raise)):
            yield self.slip(node, "pass", "nothing were refused")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield self.slip(node, "pass", f"the call of {quoted(node.value.func)} were missing")
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
            first, second = node.value.elts
            yield self.swapped(first, second, "both results were swapped")

    # --- expressions ------------------------------------------------------------------------------------------

    def of_expression(self, node: ast.expr) -> Iterator[Slip]:
        if isinstance(node, ast.Call):
            yield from self.of_call(node)
        elif isinstance(node, ast.BinOp):
            yield from self.of_operator(node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if not isinstance(node.operand, ast.Constant):
                yield self.put(node, node.operand, "a minus were missing")
            elif node.operand.value == 1:  # the last axis, or the last entry
                yield self.put(
                    node, ast.Constant(0), "the first took the place of the last (0 for an axis or an entry)"
                )
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            for comparison in COMPARED.get(type(node.ops[0]), ()):
                new = ast.Compare(node.left, [comparison()], node.comparators)
                yield self.put(node, new, f"`{COMPARISONS[comparison]}` compared there")
        elif isinstance(node, ast.Constant):
            yield from self.of_constant(node)
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield self.put(node, node.value, f"{quoted(node.value)} were not transposed")
        elif isinstance(node, ast.Dict) and len(node.values) == 2:
            yield self.swapped(node.values[0], node.values[1], "the values of both keys were swapped")
        elif isinstance(node, ast.DictComp) and isinstance(node.key, ast.Name):
            keys = node.generators[0].iter
            if isinstance(keys, ast.Tuple) and len(keys.elts) == 2:
                first, second = map(ast.unparse, keys.elts)
                key = f"{{{first}: {second}, {second}: {first}}}[{node.key.id}]"
                yield self.slip(node.key, key, "the values of both keys were swapped")
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            of = quoted(node.value.value)
            if ast.unparse(node.slice) in ("-1", "1"):
                yield self.slip(node.slice, "0", f"the rows of {of} were counted, not its columns")
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            for other in self.alike.get(ast.unparse(node), ()):
                yield self.slip(node, other, f"{plain(other)} stood for {quoted(node)}{self.around(node, other)}")

    def around(self, node: ast.expr, new: str) -> str:
        """The short formula in which a name has another one's place, as the slip writes it; '' for none."""
        inner: ast.AST = node
        while (
            isinstance(outer := self.parents.get(inner), (ast.BinOp, ast.UnaryOp)) and len(ast.unparse(outer)) < SHORT
        ):
            inner = outer
        if inner is node:
            return ""
        text, old = ast.unparse(inner), ast.unparse(node)
        return f" in `{plain(text.replace(old, new))}`" if text.count(old) == 1 else ""

    def swapped(self, first: ast.expr, second: ast.expr, what: str) -> Slip:
        pieces = self.piece(first, ast.unparse(second)), self.piece(second, ast.unparse(first))
        return Slip(pieces, f"{what} {self.inside}")

    def of_call(self, node: ast.Call) -> Iterator[Slip]:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        on_numpy = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "np"
        if on_numpy and name in REDUCTIONS:
            axis = next((each for each in node.keywords if each.arg == "axis"), None)
            for new in ("0", "1", "-1", "None"):
                if axis is not None and ast.unparse(axis.value) == new:
                    continue
                where = "everything at once (no axis)" if new == "None" else f"axis {new}"
                other = [each for each in node.keywords if each.arg != "axis"]
                if new != "None":
                    other = [ast.keyword("axis", ast.parse(new, mode="eval").body), *other]
                yield self.put(node, ast.Call(function, node.args, other), f"the {name} were taken over {where}")
            kept = [each for each in node.keywords if each.arg != "keepdims"]
            if len(kept) < len(node.keywords):
                yield self.put(node, ast.Call(function, node.args, kept), f"the {name} lost its axis (no keepdims)")
        if on_numpy and name in ("mean", "sum") and len(node.args) == 1 and (inside := squared(node.args[0])):
            before = ast.BinOp(ast.Call(function, [inside], node.keywords), ast.Pow(), ast.Constant(2))
            yield self.put(node, before, f"the {name} were taken before the square")
        if isinstance(function, ast.Attribute) and on_numpy:
            for swap in EXCHANGED.get(name, ()):
                new_function = ast.Attribute(function.value, swap, function.ctx)
                yield self.put(node, ast.Call(new_function, node.args, node.keywords), f"{swap} stood for {name}")
            if name in SKIPPED and node.args:
                yield self.put(node, node.args[0], f"{name} were not applied")
        if name == "range" and node.args:
            yield from self.of_range(node)
        if name == "len" and len(node.args) == 1:
            of = ast.unparse(node.args[0])
            yield self.slip(node, f"{of}.shape[-1]", f"the columns of {plain(of)} were counted, not its rows")
            yield self.slip(node, f"np.size({of})", f"every entry of {plain(of)} were counted, not its rows")
        if name == "sqrt" and node.args and isinstance(node.args[0], ast.BinOp):
            yield from self.of_bracket(node.args[0])

    def of_range(self, node: ast.Call) -> Iterator[Slip]:
        """A range that begins a step late, or ends a step early."""
        start, stop, step = {
            1: (None, 0, None), 2: (0, 1, None), 3: (0, 1, 2),
        }.get(len(node.args), (None, None, None))  # fmt: skip
        if stop is None:
            return
        width = node.args[step] if step is not None else ast.Constant(1)
        early = copy.copy(node)
        early.args = [*node.args[:stop], ast.BinOp(node.args[stop], ast.Sub(), width), *node.args[stop + 1 :]]
        yield self.put(node, early, "the range ended one step too early")
        late = copy.copy(node)
        first = node.args[start] if start is not None else ast.Constant(0)
        late.args = [ast.BinOp(first, ast.Add(), width), *(node.args[1:] if start is not None else node.args)]
        yield self.put(node, late, "the range began one step too late")

    def of_bracket(self, node: ast.BinOp) -> Iterator[Slip]:
        """a / (b + c) whose bracket is forgotten: a / b + c."""
        if isinstance(node.op, (ast.Div, ast.Mult)) and isinstance(node.right, ast.BinOp):
            inner = node.right
            if isinstance(inner.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
                new = ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right)
                yield self.put(node, new, f"a bracket were missing: {quoted(new)}")

    def of_operator(self, node: ast.BinOp) -> Iterator[Slip]:
        left, right, sign = quoted(node.left), quoted(node.right), SIGNS.get(type(node.op), "")
        for other in OPERATORS.get(type(node.op), ()):
            new = ast.BinOp(node.left, other(), node.right)
            yield self.put(node, new, f"{left} and {right} were {DONE[other]}")
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            turned = ast.BinOp(node.right, node.op, node.left)
            yield self.put(node, turned, f"both sides of a `{sign}` were exchanged: {quoted(turned)}")
        what = f"the power {right}" if isinstance(node.op, ast.Pow) else right
        if not (isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Constant)):  # of 1 - b all is left out
            yield self.put(node, node.left, f"{what} were left out")
        if not isinstance(node.op, ast.Pow):
            yield self.put(node, node.right, f"{left} were left out")
        for side in ("left", "right"):
            number = getattr(node, side)
            if isinstance(number, ast.Constant) and number.value in (0, 1, 2) and not isinstance(node.op, ast.Pow):
                for value in {0, 1, 2} - {number.value}:
                    new = copy.copy(node)
                    setattr(new, side, ast.Constant(value))
                    yield self.put(node, new, f"{quoted(new)} stood there")
        if isinstance(node.op, ast.Add) and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.MatMult):
            early = ast.BinOp(node.left.left, ast.MatMult(), ast.BinOp(node.left.right, ast.Add(), node.right))
            yield self.put(node, early, f"{right} were added before the product: {quoted(early)}")
        if isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant):
            for step, told in ((ast.Sub(), "less"), (ast.Add(), "more")):
                power = ast.BinOp(node.right, step, ast.Constant(1))
                yield self.put(node, ast.BinOp(node.left, node.op, power), f"the power {right} were one {told}")
        if isinstance(node.op, ast.MatMult):
            for side in ("left", "right"):
                new = copy.copy(node)
                setattr(new, side, ast.Attribute(getattr(node, side), "T", ast.Load()))
                yield self.put(node, new, f"{quoted(getattr(node, side))} were transposed")
        if isinstance(node.op, (ast.Mult, ast.Div)) and isinstance(node.left, ast.BinOp):
            inner = node.left  # (a - b) * c whose bracket is forgotten
            if isinstance(inner.op, (ast.Add, ast.Sub)):
                new = ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, node.right))
                yield self.put(node, new, f"a bracket were missing: {quoted(new)}")
        if isinstance(node.op, (ast.Mult, ast.Div)):
            yield from self.of_bracket(node)
        if isinstance(node.op, ast.Add) and isinstance(node.left, ast.Call) and len(node.left.args) == 1:
            under = ast.BinOp(node.left.args[0], ast.Add(), node.right)
            new_call = ast.Call(node.left.func, [under], node.left.keywords)
            yield self.put(node, new_call, f"{right} were added within {quoted(node.left.func)}")

    def of_constant(self, node: ast.Constant) -> Iterator[Slip]:
        value = node.value
        if isinstance(value, bool):
            named = self.parents.get(node)
            name = named.arg if isinstance(named, ast.keyword) else None
            yield self.slip(node, str(not value), f"{name or 'a switch'} were {not value}", vague=name is None)
        elif isinstance(value, int) and value in (0, 1, 2):
            for other in {0, 1, 2, -1} - {value}:
                yield self.slip(node, str(other), f"a {other} stood in place of another number", vague=True)
        elif isinstance(value, float):
            for family in USUAL:
                for near in family if value in family else ():
                    if near != value:
                        yield self.put(node, ast.Constant(near), f"{near:g} stood in place of another constant")


def squared(node: ast.expr) -> ast.expr | None:
    """x of x ** 2 or np.square(x)."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2":
        return node.left
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.square":
        return node.args[0]
    return None


def operands(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What an operator has beside it: changed with the operator, and not by itself."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp):
            yield from (node.left, node.right)
        elif isinstance(node, ast.UnaryOp):
            yield node.operand


def siblings(function: ast.FunctionDef) -> dict[str, list[str]]:
    """Names that are easily taken for each other: arguments, what one assignment unpacks, beta_1 and beta_2."""
    arguments = [each.arg for each in function.args.args if each.arg != "self"]
    groups = [arguments] if function.name != "__init__" else []  # which keeps each under its own name
    numbered: dict[str, dict[str, None]] = defaultdict(dict)
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and all(isinstance(each, ast.Name) for each in node.elts):
            groups.append([each.id for each in node.elts if isinstance(each, ast.Name) and each.id != "_"])
        if isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node)[-1].isdigit():
            numbered[ast.unparse(node)[:-1]][ast.unparse(node)] = None
    groups += [list(each) for each in numbered.values()]
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for group in groups:
        for name in group if len(group) <= MOST_ALIKE else ():
            found[name].update(dict.fromkeys(each for each in group if each != name))
    return {name: list(others) for name, others in found.items()}
