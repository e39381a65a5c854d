"""Which functions are not written yet, told from their text alone.

A function is not written if nothing that it returns comes from a computation and it does nothing either: `pass`,
`return None`, `return 0`, `return []`, `raise NotImplementedError` in front of leftovers, `return NotImplementedError`,
`model=None`, or lines that were given without the rest, such as `grads = []; return grads`. Whoever multiplies, calls
something with an argument of its own or stores a result has begun to write. A function that holds `???` is not written,
whatever else stands in it: Python would not even compile it.

Given lines are those that keep an argument (`self.x = x`), check it, take its shape apart, make a path of it, load the
data, or pick something from what the missing lines would have filled (`return [grads[id(each)] for each in sources]`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.homework import HOMEWORK
from grader.submission.syntax import is_setter
from grader.worker import gaps
from grader.worker.import_guards import last_name

NOT_WRITTEN = {"NotImplementedError", "NotImplemented"}
PROCEDURES = {"fit", "apply_gradients", "step", "backward"}  # what these give back is no answer
STEP = "apply_gradients"  # has something to change that is not its own
# Calls that make something empty, whatever they are told about its size
EMPTY = {"zeros", "zeros_like", "empty", "empty_like"}
# Calls that give nothing but what they are given
WRAPPING = {
    "array", "asarray", "bool", "defaultdict", "dict", "float", "float32", "float64", "frozenset", "int", "list",
    "namedtuple", "OrderedDict", "set", "SimpleNamespace", "str", "tuple", *HOMEWORK.wraps,
}  # fmt: skip
# Calls that look at an argument or prepare a text of it, as given lines do
LOOKING = {
    "enumerate", "format", "getattr", "hasattr", "id", "isinstance", "join", "len", "load_data", "lower", "Path",
    "pop", "popleft", "print", "range", "repr", "reversed", "strip", "super", "type", "upper", "zip",
}  # fmt: skip
UNFINISHED = ("implement", "todo", "not done", "not finished", "not written", "unfinished")  # so an exception may say
# Calls that put something at the end of a list
QUEUES = {"append", "appendleft", "extend"}
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def unwritten_line(function: ast.AST, name: str, given: frozenset[str] = frozenset()) -> int | None:
    """The line that says that a function is not written; None of one that is. name: as it is called by.

    function: its definition, or a lambda. given: initializers that were handed out.
    """
    if isinstance(function, ast.Lambda):
        return function.lineno if Reading().is_blank(function.body) else None
    assert isinstance(function, Function)
    open_lines = [
        each.lineno for each in ast.walk(function) if isinstance(each, ast.expr) and last_name(each) == gaps.NAME
    ]
    if open_lines:
        return min(open_lines)
    reading = Reading(procedure=name in PROCEDURES, draws="init" in name and not given, given=given)
    reading.sets = is_setter(function)
    reading.untouched = {each.arg for each in function.args.args if each.arg != "self"}
    if decides(function):
        return None
    if not reading.block(function.body):
        if name == STEP and only_remembers(function):
            return function.body[-1].lineno
        # Who works in place may have left the last line of the template behind the work
        may_be_done = (reading.procedure and acts(function)) or reading.sets or "__" in name
        left_open = None if may_be_done else end_left_open(function)
        if reading.procedure and not isinstance(left_open, (ast.Return, ast.Raise)):
            return None
        return left_open.lineno if left_open is not None else None
    return reading.last.lineno if reading.last is not None else function.lineno


def decides(function: ast.AST) -> bool:
    """Does a function answer True in one case and False in another? Then it looks at something."""
    values = [each.value for each in own_statements(function) if isinstance(each, ast.Return)]
    return {True, False} <= {
        each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, bool)
    }


def only_remembers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Does a step of an optimizer change nothing but its own state? Then it has not come to the weights yet.

    Whoever works a new weight out, under whatever name, has.
    """
    given = {each.arg for each in function.args.args}
    for each in own_statements(function):
        if isinstance(each, ast.Expr):
            if not Reading().is_idle(each.value):
                return False
        elif isinstance(each, ast.Return):
            if each.value is not None and not Reading().is_blank(each.value):
                return False
        elif isinstance(each, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets: list[ast.expr] = each.targets if isinstance(each, ast.Assign) else [each.target]
            of_self = all(root(target) == "self" for target in targets) and root(each.value) not in given - {"self"}
            if not of_self and (isinstance(each, ast.AugAssign) or each.value is None or not is_taken(each, targets)):
                return False
    return True


def is_taken(each: ast.Assign | ast.AnnAssign, targets: list[ast.expr]) -> bool:
    """`g = grads[i]`: a name for something that is there."""
    return each.value is not None and Reading().is_idle(each.value) and all(isinstance(it, ast.Name) for it in targets)


def root(node: ast.expr | None) -> str:
    """`self` of `self.v[i]`; '' of what is no place."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def end_left_open(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    """The last statement of a function that gives no answer anywhere, where that one only keeps a place.

    `pass`, `return NotImplementedError`, a loop that ends in `break`: whoever has finished ends otherwise, and whoever
    forgot the `return` with the result ends with the result.
    """
    answers = [
        each
        for each in own_statements(function)
        if isinstance(each, ast.Return) and each.value is not None and not is_not_written(each.value)
    ]
    if answers or any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in ast.walk(function)):
        return None
    last = function.body[-1]
    while isinstance(last, (ast.With, ast.While, ast.For, ast.If)):
        last = last.body[-1]
    keeps_a_place = isinstance(last, (ast.Pass, ast.Break)) or (isinstance(last, ast.Return) and last.value is not None)
    return last if keeps_a_place or (isinstance(last, ast.Raise) and is_not_written(last.exc)) else None


def acts(function: ast.AST) -> bool:
    """Does a function change anything: an attribute, an element, a number in place, or by a call for its own sake?"""
    for each in own_statements(function):
        targets = each.targets if isinstance(each, ast.Assign) else []
        if isinstance(each, (ast.AugAssign, ast.Delete)):
            return True
        if any(isinstance(part, (ast.Attribute, ast.Subscript)) for target in targets for part in ast.walk(target)):
            return True
        called = each.value if isinstance(each, ast.Expr) else None
        if isinstance(called, ast.Call) and last_name(called.func) not in LOOKING:
            return True
    return False


def own_statements(function: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a function, without those of functions and classes inside."""
    for each in ast.iter_child_nodes(function):
        if isinstance(each, ast.stmt):
            yield each
        if not isinstance(each, (*Function, ast.ClassDef, ast.expr)):
            yield from own_statements(each)


@dataclass
class Reading:
    """One pass over a function's reachable statements, which remembers the names that hold nothing yet."""

    procedure: bool = False
    draws: bool = False  # first weights, of which zeros in the right shape are some
    given: frozenset[str] = frozenset()
    sets: bool = False  # of a property, whose work is to set attributes
    blank: set[str] = field(default_factory=set)  # names, and attributes as self.x
    untouched: set[str] = field(default_factory=set)  # arguments that hold what was handed in
    last: ast.stmt | None = None

    def block(self, body: list[ast.stmt]) -> bool:
        """Do these statements, up to the first that leaves the function, give nothing and do nothing?"""
        for statement in body:
            if not is_docstring(statement):
                self.last = statement
            if not self.statement(statement):
                return False
            if isinstance(statement, (ast.Return, ast.Raise)):
                break
        return True

    def statement(self, node: ast.stmt) -> bool:
        """Is this statement one of a function that is not written?"""
        if isinstance(node, ast.Return):
            return node.value is None or self.gives_nothing(node.value)
        if isinstance(node, ast.Raise):
            return is_not_written(node.exc)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            return self.assignment(node)
        if isinstance(node, ast.Expr):
            return any(idle(node.value) for idle in (self.is_idle, is_given_call, self.is_queued, self.is_left_open))
        if isinstance(node, ast.AugAssign):  # self.t += 1
            return isinstance(node.target, ast.Attribute) and self.is_blank(node.value)
        if isinstance(node, ast.Delete):
            return False
        if isinstance(node, (*Function, ast.ClassDef)):
            return True  # counts where it is used
        for name in targets_of(node):
            self.fill(name)
        # What a loop runs over, or what is asked, may be given; what is done there counts
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self.block(node.body)
        return all(self.branch(body) for body in bodies(node) if not self.is_given_choice(node, body))

    def is_given_choice(self, node: ast.stmt, body: list[ast.stmt]) -> bool:
        """`if initializer == "zero":`, and what follows there"""
        if not isinstance(node, ast.If) or body is not node.body:
            return False
        texts = {each.value for each in ast.walk(node.test) if isinstance(each, ast.Constant)}
        return bool(texts) and texts <= self.given

    def branch(self, body: list[ast.stmt]) -> bool:
        """A block that may be left out; a refusal there, of whatever kind, is a check of an argument."""
        if len(body) == 1 and isinstance(body[0], ast.Raise):
            return True
        last = self.last
        found = self.block(body)
        self.last = last
        return found

    def assignment(self, node: ast.Assign | ast.AnnAssign) -> bool:
        """May this assignment be a given line? Notes what holds nothing."""
        if node.value is None:
            return True
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        blank = self.is_blank(node.value)
        if not blank and not self.is_idle(node.value) and not is_unpacking_of_stacks(node):
            return False
        for target in targets:
            names = list(names_in(target))
            if self.sets and isinstance(target, ast.Attribute) and (not blank or is_flag(node.value)):
                return False
            if stores_an_element(target) and not (blank and (is_text_key(target) or is_none(node.value))):
                return False
            pairs = paired(target, node.value) if isinstance(target, ast.Tuple) else None
            for name, value in pairs if pairs is not None else [(name, None) for name in names]:
                is_blank = blank if value is None else self.is_blank(value)
                self.fill(name)
                if is_blank:
                    self.blank.add(name)
        return True

    def fill(self, name: str) -> None:
        """Notes that a name holds something, and another thing than before."""
        self.blank.discard(name)
        self.untouched.discard(name)

    def is_queued(self, node: ast.expr) -> bool:
        """`queue.append(x)`: keeps what is there for a later turn. A procedure may have nothing else to do."""
        if self.procedure or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        into = node.func.value
        if not isinstance(into, ast.Name) or node.func.attr not in QUEUES or not all(map(self.is_idle, node.args)):
            return False
        self.fill(into.id)
        return True

    def is_left_open(self, node: ast.expr) -> bool:
        """`model.compile(optimizer=..., loss_fn=...)` of a model without layers: nothing is done with nothing."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        given = [*node.args, *(each.value for each in node.keywords)]
        return dotted(node.func.value) in self.blank and bool(given) and all(map(self.is_blank, given))

    def gives_nothing(self, value: ast.expr) -> bool:
        given = value.elts if isinstance(value, ast.Tuple) else [value]
        if isinstance(value, ast.Name) and value.id in self.untouched:
            return True  # what came in goes out again
        return self.is_blank(value) or (self.procedure and all(isinstance(each, ast.Name) for each in given))

    def is_blank(self, node: ast.expr) -> bool:
        """Does this expression hold nothing that was computed or handed in?"""
        if isinstance(node, ast.Constant) or is_not_written(node):
            return True
        if isinstance(node, (ast.Name, ast.Attribute)):
            return dotted(node) in self.blank or dotted(node) in ("np.nan", "np.inf", "math.nan", "math.inf")
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return all(map(self.is_blank, node.elts))
        if isinstance(node, ast.Dict):
            return all(map(self.is_blank, node.values))
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self.is_blank(node.elt)
        if isinstance(node, ast.Subscript):  # nobody has put anything there
            return self.is_blank(node.value) and self.is_idle(node.slice)
        if isinstance(node, ast.Lambda):
            return self.is_blank(node.body)
        if isinstance(node, ast.UnaryOp):
            return self.is_blank(node.operand)
        if isinstance(node, ast.BinOp):
            return self.is_blank(node.left) and self.is_blank(node.right)
        if isinstance(node, (ast.Starred, ast.NamedExpr)):
            return self.is_blank(node.value)
        if isinstance(node, ast.Call):
            called = last_name(node.func)
            given = [*node.args, *(each.value for each in node.keywords)]
            if called in EMPTY:
                return not self.draws or all(map(self.is_blank, given))
            if called == "astype" and isinstance(node.func, ast.Attribute):
                return self.is_blank(node.func.value)
            if called[:1].isupper() and given and all(map(is_empty_list, given)):
                return True  # a model without layers
            # A dtype, or what a defaultdict makes, is no answer either
            return called in WRAPPING and all(self.is_blank(each) or last_name(each) in WRAPPING for each in given)
        return False

    def is_idle(self, node: ast.expr) -> bool:
        """Does this expression compute nothing of what was handed in? Its value may be anything."""
        if self.is_blank(node) or isinstance(node, (ast.Name, ast.JoinedStr, ast.Lambda)):
            return True
        if isinstance(node, ast.Attribute):
            return self.is_idle(node.value)
        if isinstance(node, ast.Subscript):
            return self.is_idle(node.value) and self.is_idle(node.slice)
        if isinstance(node, ast.ListComp) and is_text(node.elt):
            return True  # names for a warning
        if isinstance(node, ast.Slice):
            return all(self.is_idle(each) for each in (node.lower, node.upper, node.step) if each is not None)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return all(map(self.is_idle, node.elts))
        if isinstance(node, ast.Dict):
            return all(map(self.is_idle, node.values))
        if isinstance(node, ast.BinOp):  # of a path
            return isinstance(node.op, ast.Add) and any(map(is_text, (node.left, node.right)))
        if isinstance(node, ast.Call):
            given = [*node.args, *(each.value for each in node.keywords)]
            if last_name(node.func) in LOOKING | WRAPPING:
                inside = node.func.value if isinstance(node.func, ast.Attribute) else node.func
                return self.is_idle(inside) and all(map(self.is_idle, given))
            return is_of_base(node.func) and last_name(node.func) not in PROCEDURES
        return False


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_not_written(value: ast.expr | None) -> bool:
    """`NotImplementedError`, called or not, another exception that says so, or None for each of several answers."""
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(is_none, value.elts))
    if isinstance(value, ast.Call):
        texts = [each.value for each in value.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if any(word in text.lower() for text in texts for word in UNFINISHED):
            return last_name(value.func) in NOT_WRITTEN or last_name(value.func).endswith(("Error", "Exception"))
        value = value.func
    return last_name(value) in NOT_WRITTEN


def is_given_call(node: ast.expr) -> bool:
    """`self.fit(data)`, whose result nobody keeps, or `super().__init__(...)`: whoever is called does the work.

    What a helper of the student's own does, or the method of a base class, is the work of whoever calls it.
    """
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    of_self = isinstance(node.func.value, ast.Name) and node.func.value.id == "self"
    given = node.func.attr in PROCEDURES if of_self else is_start_of_base(node.func)
    return given and all(isinstance(each, ast.Name) for each in node.args)


def is_start_of_base(called: ast.expr) -> bool:
    """`super().__init__`"""
    return isinstance(called, ast.Attribute) and called.attr == "__init__" and is_of_base(called)


def is_of_base(called: ast.expr) -> bool:
    """`super().forward`, whose result nobody keeps"""
    return any(isinstance(each, ast.Name) and each.id == "super" for each in ast.walk(called))


def is_none(node: ast.expr) -> bool:
    """None, or a list of it."""
    inside = node.elts if isinstance(node, ast.List) else [node]
    return bool(inside) and all(isinstance(each, ast.Constant) and each.value is None for each in inside)


def is_empty_list(node: ast.expr) -> bool:
    return isinstance(node, ast.List) and not node.elts


def is_flag(node: ast.expr) -> bool:
    """True or False, of which a setter's loop makes something and a function's return does not."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def stores_an_element(target: ast.expr) -> bool:
    return any(isinstance(each, ast.Subscript) for each in ast.walk(target))


def is_text_key(target: ast.expr) -> bool:
    """`metrics["loss"]`, an entry by name"""
    return isinstance(target, ast.Subscript) and is_text(target.slice)


def is_unpacking_of_stacks(node: ast.Assign | ast.AnnAssign) -> bool:
    """`x, y = self.inputs + self.outputs`: two lists put together and taken apart."""
    tuples = isinstance(node, ast.Assign) and all(isinstance(each, ast.Tuple) for each in node.targets)
    value = node.value
    if not tuples or not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
        return False
    return all(isinstance(side, ast.Attribute) for side in (value.left, value.right))


def paired(target: ast.Tuple, value: ast.expr) -> list[tuple[str, ast.expr | None]] | None:
    """Each name of `a, b = c, d` with its value."""
    if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts):
        return None
    return [(name, part) for each, part in zip(target.elts, value.elts) for name in names_in(each)]


def names_in(target: ast.expr) -> Iterator[str]:
    """The names and attributes that an assignment binds."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from names_in(each)
    elif isinstance(target, ast.Starred):
        yield from names_in(target.value)
    elif isinstance(target, (ast.Name, ast.Attribute)):
        yield dotted(target)


def targets_of(node: ast.stmt) -> Iterable[str]:
    """The names that a loop or a `with` binds."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return list(names_in(node.target))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return [name for item in node.items if item.optional_vars is not None for name in names_in(item.optional_vars)]
    return ()


def bodies(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of statements inside a statement."""
    found = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    found += [each.body for name in ("handlers", "cases") for each in getattr(node, name, [])]
    return [block for block in found if block]


def dotted(node: ast.expr) -> str:
    """`self.x` of an attribute, `x` of a name, '' of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inside := dotted(node.value)):
        return f"{inside}.{node.attr}"
    return ""
