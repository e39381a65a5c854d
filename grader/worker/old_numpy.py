"""What older NumPy could do and the installed one refuses, given back to code that was right in its day.

Names that were removed are there for the submission's own code alone, always. What changed in the meaning of a line is
given back only where that line has failed (`switch_on`): the submission is then compiled with such lines sent through
the functions below, which do what Python does, and only after the failure what NumPy did before.
"""

from __future__ import annotations

import ast
import math
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import CodeType, GeneratorType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Removed:
    """A name that NumPy had: the version that removed it, what to write now, and what it was."""

    since: str
    instead: str
    value: Callable[[], Any]


def renamed(since: str, name: str) -> Removed:
    return Removed(since, f"np.{name}", lambda: getattr(np, name))


def builtin(name: str, kind: type) -> Removed:
    return Removed("1.24", name, lambda: kind)


REMOVED = {
    "bool": builtin("bool", bool),  # there again since 2.0
    "int": builtin("int", int),
    "long": builtin("int", int),  # there again since 2.0
    "float": builtin("float", float),
    "complex": builtin("complex", complex),
    "object": builtin("object", object),
    "str": builtin("str", str),
    "unicode": builtin("str", str),
    "asscalar": Removed("1.23", "a.item()", lambda: lambda a: np.asarray(a).item()),
    "alen": Removed("1.23", "len(a)", lambda: len),
    "rank": Removed("1.18", "np.ndim", lambda: np.ndim),
    "product": renamed("2.0", "prod"),
    "cumproduct": renamed("2.0", "cumprod"),
    "sometrue": renamed("2.0", "any"),
    "alltrue": renamed("2.0", "all"),
    "round_": renamed("2.0", "round"),
    "float_": renamed("2.0", "float64"),
    "complex_": renamed("2.0", "complex128"),
    "cfloat": renamed("2.0", "complex128"),
    "singlecomplex": renamed("2.0", "complex64"),
    "longfloat": renamed("2.0", "longdouble"),
    "longcomplex": renamed("2.0", "clongdouble"),
    "clongfloat": renamed("2.0", "clongdouble"),
    "string_": renamed("2.0", "bytes_"),
    "unicode_": renamed("2.0", "str_"),
    "bool8": renamed("2.0", "bool_"),
    "int0": renamed("2.0", "intp"),
    "uint0": renamed("2.0", "uintp"),
    "object0": renamed("2.0", "object_"),
    "str0": renamed("2.0", "str_"),
    "Inf": renamed("2.0", "inf"),
    "Infinity": renamed("2.0", "inf"),
    "infty": renamed("2.0", "inf"),
    "PINF": renamed("2.0", "inf"),
    "NINF": Removed("2.0", "-np.inf", lambda: -np.inf),
    "NaN": renamed("2.0", "nan"),
    "PZERO": Removed("2.0", "0.0", lambda: 0.0),
    "NZERO": Removed("2.0", "-0.0", lambda: -0.0),
    "asfarray": Removed("2.0", "np.asarray(a, dtype=float)", lambda: as_float_array),
    "msort": Removed("2.0", "np.sort(a, axis=0)", lambda: partial(np.sort, axis=0)),
    "mat": renamed("2.0", "asmatrix"),
    "math": Removed("2.0", "math, with `import math`", lambda: math),
    "disp": Removed("2.4", "print", lambda: print),
    "issubclass_": Removed("2.0", "issubclass", lambda: issubclass),
    "issubsctype": renamed("2.0", "issubdtype"),
    "in1d": Removed("2.4", "np.isin", lambda: in_one_dimension),
    "trapz": renamed("2.4", "trapezoid"),
    "row_stack": renamed("2.5", "vstack"),
}
METHODS: dict[str, Callable[..., Any]] = {
    "ptp": np.ptp,
    "tostring": lambda a, *args: a.tobytes(*args),
    "itemset": lambda a, *args: operator.setitem(a, args[0] if len(args) > 1 else (..., *[0] * a.ndim), args[-1]),
}
# How NumPy and Python word a failure, and what is said of the lines where it was met
REFUSED = (
    ("setting an array element with a sequence. The requested array has an inhomogeneous shape",
     "rows of several lengths become one array in {where}: NumPy 1.24 and later refuse that, keep a list of them"),
    ("setting an array element with a sequence",
     "an array stands where one number belongs in {where}: NumPy 2.4 and later refuse that, take its number, a.item()"),
    ("only 0-dimensional arrays can be converted to Python scalars",
     "an array of one is taken for a number in {where}: NumPy 2.4 and later refuse that, take its number, a.item()"),
    ("real number is required, not numpy.ndarray",
     "an array of one is printed as a number in {where}: NumPy 2.4 and later refuse that, take its number, a.item()"),
    ("Unable to avoid copy while creating an array",
     "np.array is called with copy=False in {where}: NumPy 2.0 and later then never copy, write np.asarray"),
    ("Calling np.sum(generator) is deprecated",
     "np.sum is given a generator in {where}: NumPy 2.4 and later refuse that, write sum, or give it a list"),
    ("reshape() got an unexpected keyword argument 'newshape'",
     "np.reshape is given newshape= in {where}: NumPy 2.4 removed that name, give the shape without it"),
    ("'numpy.ndarray' object has no attribute 'ptp'",
     "a.ptp() is called in {where}: NumPy 2.0 removed it, write np.ptp(a)"),
    ("'numpy.ndarray' object has no attribute 'itemset'",
     "a.itemset(i, value) is called in {where}: NumPy 2.0 removed it, write a[i] = value"),
    ("'numpy.ndarray' object has no attribute 'tostring'",
     "a.tostring() is called in {where}: NumPy 2.3 removed it, write a.tobytes()"),
)  # fmt: skip
STORE, UPDATE, NUMBER = "__beras_store__", "__beras_update__", "__beras_number__"  # Python mangles no such name
FORMAT, METHOD, SLICE = "__beras_format__", "__beras_method__", "__beras_slice__"
IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd,
    "Sub": operator.isub,
    "Mult": operator.imul,
    "MatMult": operator.imatmul,
    "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv,
    "Mod": operator.imod,
    "Pow": operator.ipow,
    "LShift": operator.ilshift,
    "RShift": operator.irshift,
    "BitOr": operator.ior,
    "BitXor": operator.ixor,
    "BitAnd": operator.iand,
}
IMPORTER = f"{__package__}.importer"  # asks for the submission
NUMBERS = (int, float, complex)
_sum, _reshape = np.sum, np.reshape
switched_on = False


def refused(message: str) -> str:
    """What is said of a line with this error, which older NumPy allowed; '' for any other error."""
    return next((said for start, said in REFUSED if start in message), "")


def is_removed(name: str) -> bool:
    """Does the installed NumPy no longer have this name?"""
    return name in REMOVED and name not in vars(np)


# --- names --------------------------------------------------------------------------------------------------


def give_back_names(root: str) -> None:
    """Lets code below `root` find the names that NumPy removed."""
    original, folder = np.__getattr__, root.rstrip("/") + "/"

    def find(name: str) -> Any:
        asking = sys._getframe(1)
        is_own = asking.f_code.co_filename.startswith(folder) or asking.f_globals.get("__name__") == IMPORTER
        if is_own and name in REMOVED:
            return REMOVED[name].value()
        return original(name)

    vars(np)["__getattr__"] = find


def as_float_array(a: Any, dtype: Any = np.float64) -> np.ndarray:
    return np.asarray(a, dtype=dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def in_one_dimension(a: Any, b: Any, **options: Any) -> np.ndarray:
    return np.isin(np.asarray(a).ravel(), b, **options)


# --- lines --------------------------------------------------------------------------------------------------


def switch_on() -> None:
    """From here on code is compiled for an older NumPy."""
    import builtins

    global switched_on
    switched_on = True
    functions = {STORE: store, UPDATE: update, NUMBER: number, FORMAT: formatted, METHOD: method, SLICE: slice}
    vars(builtins).update(functions)
    changed = {"array": old_array(np.array), "asarray": old_array(np.asarray), "sum": old_sum, "reshape": old_reshape}
    vars(np).update(changed)


def compiled(source: bytes, path: str) -> CodeType:
    """The code of a file, with what NumPy refuses by now sent through this module."""
    tree = Translator().visit(ast.parse(source, path))
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class Translator(ast.NodeTransformer):
    """Sends the lines that NumPy may refuse through the functions below."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        return call(node, STORE, node.value, target.value, index_of(target))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        target = node.target
        if not isinstance(target, ast.Subscript):
            return node
        name = ast.Constant(type(node.op).__name__)
        return call(node, UPDATE, target.value, index_of(target), name, node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func
        numeric = isinstance(name, ast.Name) and name.id in ("int", "float", "complex")
        numeric |= isinstance(name, ast.Attribute) and hasattr(math, name.attr)
        if not numeric or node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            return node
        return ast.copy_location(ast.Call(ast.Name(NUMBER, ast.Load()), [name, *node.args], []), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        text = node.left.value if isinstance(node.left, ast.Constant) else None
        if not isinstance(node.op, ast.Mod) or not isinstance(text, str):
            return node
        return ast.copy_location(ast.Call(ast.Name(FORMAT, ast.Load()), [node.left, node.right], []), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr not in METHODS or not isinstance(node.ctx, ast.Load):
            return node
        name = ast.Constant(node.attr)
        return ast.copy_location(ast.Call(ast.Name(METHOD, ast.Load()), [node.value, name], []), node)


def call(node: ast.stmt, function: str, *arguments: ast.expr) -> ast.stmt:
    made = ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
    return ast.copy_location(ast.Expr(ast.copy_location(made, node)), node)


def index_of(target: ast.Subscript) -> ast.expr:
    """What stands in the brackets, as an expression of its own: a slice is written only there."""
    return SliceCalls().visit(target.slice)


class SliceCalls(ast.NodeTransformer):
    def visit_Slice(self, node: ast.Slice) -> ast.AST:
        ends = [each or ast.Constant(None) for each in (node.lower, node.upper, node.step)]
        return ast.copy_location(ast.Call(ast.Name(SLICE, ast.Load()), ends, []), node)


def is_one(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.size == 1


def store(value: Any, target: Any, index: Any) -> None:
    """target[index] = value"""
    try:
        target[index] = value
    except (TypeError, ValueError):
        if not (isinstance(target, np.ndarray) and is_one(value)):
            raise
        target[index] = value.item()


def update(target: Any, index: Any, name: str, value: Any) -> None:
    """target[index] += value, or with another operator"""
    store(IN_PLACE[name](target[index], value), target, index)


def number(function: Any, *arguments: Any) -> Any:
    """function(*arguments) of int, float or one of `math`."""
    try:
        return function(*arguments)
    except TypeError:
        is_known = function in NUMBERS or getattr(function, "__module__", None) == "math"
        if not is_known or not any(map(is_one, arguments)):
            raise
        return function(*(each.item() if is_one(each) else each for each in arguments))


def formatted(text: str, values: Any) -> str:
    """text % values"""
    try:
        return text % values
    except TypeError:
        if isinstance(values, tuple):
            return text % tuple(each.item() if is_one(each) else each for each in values)
        if not is_one(values):
            raise
        return text % values.item()


def method(target: Any, name: str) -> Any:
    """target.name"""
    try:
        return getattr(target, name)
    except AttributeError:
        if not isinstance(target, np.ndarray):
            raise
        return partial(METHODS[name], target)


def old_sum(a: Any, *arguments: Any, **options: Any) -> Any:
    return sum(a) if isinstance(a, GeneratorType) else _sum(a, *arguments, **options)


def old_reshape(a: Any, *arguments: Any, **options: Any) -> Any:
    shape = [options.pop("newshape")] if "newshape" in options else []
    return _reshape(a, *shape, *arguments, **options)


def old_array(function: Callable[..., Any]) -> Callable[..., Any]:
    """np.array, which keeps rows of several lengths as objects, and copies where it has to."""

    def make(a: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return function(a, *arguments, **options)
        except ValueError as error:
            if "inhomogeneous shape" in str(error) and not arguments and "dtype" not in options:
                return function(a, dtype=object, **options)
            if "Unable to avoid copy" in str(error):
                return function(a, *arguments, **{**options, "copy": None})
            raise

    return make
