"""What an exception of NumPy or Python usually comes from, with the shapes in the letters of the assignment."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.ask.client import Fault
from grader.diagnose.relations.case import Relation

Shape = tuple[int, ...]
SHAPE = re.compile(r"\(([\d, ]*)\)")
POWER = re.compile(r"([\w.]+|\([^()]*\)) *\^=? *([\w.]+)")
SIZES = re.compile(r"size (\d+) is different from (\d+)")


def crash(fault: Fault, letters: dict[int, str]) -> Relation | None:
    """The first explanation that fits; None for an exception that says all there is to say.

    letters: what the assignment calls lengths of this check, such as B for its rows.
    """
    if fault.kind != "raised":
        return None
    return next((found for look in LOOKS if (found := look(fault, letters)) is not None), None)


def source_of(fault: Fault) -> str:
    """The line that raised."""
    return fault.frames[-1].source if fault.frames else ""


def truth_value(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if "truth value of an array" not in fault.message:
        return None
    return Relation(
        "truth-value",
        "`if`, `and`, `or`, `not`, `in` and `max` of Python want one yes or no, and were given a whole array of them",
    )


def boolean_minus(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if not re.search(r"numpy boolean (negative|subtract)", fault.message):
        return None
    return Relation(
        "boolean-minus", "a comparison gives True and False, which have no minus: make numbers of them first"
    )


def caret_for_power(fault: Fault, letters: dict[int, str]) -> Relation | None:
    on_arrays = "ufunc 'bitwise_xor'" in fault.message
    if not on_arrays and not re.search(r"unsupported operand type\(s\) for \^=?:", fault.message):
        return None
    written = POWER.search(source_of(fault))
    base, power = written.groups() if written else ("x", "2")
    return Relation("caret-for-power", f"`^` is no power in Python: write `{base}**{power}`")


def whole_numbers(fault: Fault, letters: dict[int, str]) -> Relation | None:
    found = re.search(
        r"Cannot cast ufunc '(\w+)' output from dtype\('(float\d+)'\) to dtype\('(u?int\d+)'\)", fault.message
    )
    if found is None:
        return None
    return Relation(
        "whole-numbers", f"the array holds whole numbers ({found[3]}), and `{found[1]}` in place makes fractions"
    )


def nothing_there(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if "'NoneType'" not in fault.message:
        return None
    missing = re.search(r"has no attribute '(\w+)'", fault.message)
    used = re.search(rf"([\w.]+)\.{missing[1]}\b", source_of(fault)) if missing else None
    what = f"`{used[1]}`" if used else "something"
    return Relation(
        "none-in-place",
        f"{what} is None here: a function without `return`, or an argument, attribute or entry that nothing has filled",
    )


def not_an_array(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if re.search(r"'bool' object has no attribute '(mean|sum|astype|all|any)'", fault.message):
        told = "`==` between two lists gives one True or False, and between arrays one for each entry"
        return Relation("not-an-array", f"{told}: make arrays of them first")
    found = re.search(
        r"'(list|tuple)' object has no attribute '(\w+)'|for [-+*/@]+=?: '(list|tuple)'|sequence by non-int",
        fault.message,
    )
    if found is None or fault.type not in ("AttributeError", "TypeError"):
        return None
    if found[2] and hasattr(dict, found[2]):
        return None  # a dict is missing there, and no array
    told = "a list of Python's is no array: it has no shape, and no arithmetic with numbers"
    kinds = re.search(r"for ([-+*/@]+)=?: '(\w+)' and '(\w+)'", fault.message)
    names = re.search(rf"(\w+) {re.escape(kinds[1])}=? (\w+)", source_of(fault)) if kinds else None
    if kinds and names:
        told = f"in `{names[0]}` there is a {kinds[2]} and a {kinds[3]}: {told}"
    return Relation("not-an-array", told)


def name_unknown(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if found := re.match(r"name '(\w+)' is not defined", fault.message):
        if fault.frames and re.search(rf"\b{found[1]}\.", fault.frames[-1].source):
            told = f"`{found[1]}` is used here and set nowhere: is its import missing at the top of the file?"
        else:
            told = f"nothing here has set `{found[1]}`: is `self.{found[1]}` meant, or a name of another function?"
        return Relation("name-unknown", told)
    if found := re.search(r"local variable '(\w+)'", fault.message):
        told = f"`{found[1]}` is set in this function only further down, or in a branch that was not taken"
        return Relation("name-unknown", told)
    return None


def attribute_missing(fault: Fault, letters: dict[int, str]) -> Relation | None:
    found = re.match(r"'(\w+)' object has no attribute '(\w+)'", fault.message)
    if found is None or fault.type != "AttributeError" or found[1] in ("list", "tuple", "NoneType", "function"):
        return None
    if found[1][:1].islower():
        return None  # of NumPy's or Python's own, which have what they have
    source = source_of(fault)
    if source and not re.search(rf"\bself\.{found[2]}\b", source):
        return Relation(
            "attribute-missing", f"this {found[1]} has no `{found[2]}`: do all objects that come here have one?"
        )
    return Relation(
        "attribute-missing",
        f"nothing has set `self.{found[2]}` on this {found[1]} before: was `self.` forgotten where it was computed, "
        "or `super().__init__()`, or does a method set it that nobody has called yet?",
    )


def shapes_do_not_fit(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if fault.type != "ValueError":
        return None
    if sizes := SIZES.search(fault.message):
        columns, rows = (letters.get(int(size), size) for size in reversed(sizes.groups()))
        return Relation(
            "shapes-do-not-fit",
            f"a product `a @ b` of an array with {columns} columns and one with {rows} rows: both have to be the same",
        )
    if "broadcast" not in fault.message:
        return None
    shapes = [tuple(int(each) for each in found.split(",") if each.strip()) for found in SHAPE.findall(fault.message)]
    if len(shapes) < 2:
        return None
    one, other = shapes[:2]
    in_letters = f"{named(one, letters)} with {named(other, letters)}"
    plain = f"{one} with {other}"
    told = plain if plain == in_letters else f"{plain}, that is {in_letters}"
    return Relation("shapes-do-not-fit", f"{told}: {why(one, other)}")


def wrong_kind(fault: Fault, letters: dict[int, str]) -> Relation | None:
    """A value of another kind than what is done with it wants."""
    for pattern, told in KINDS:
        if found := re.search(pattern, fault.message):
            return Relation("wrong-kind", told.format(*found.groups()))
    return None


KINDS = (
    (
        r"'float' object cannot be interpreted as an integer|slice indices must be integers",
        "a number of times, a length or a place has to be a whole number, and `/` always gives a float: `//` does not",
    ),
    (
        r"'(tuple|list)' object cannot be interpreted as an integer",
        "a whole shape, a {0}, stands where single numbers are wanted, as in `np.random.randn(n, m)`",
    ),
    (r"unhashable type: '(?:numpy\.)?(\w+)'", "no {0} can be a key of a dict or lie in a set: a number can"),
    (
        r"arrays used as indices must be of integer|only integers, slices",
        "what stands within [ ] has to be whole numbers: an array of floats, such as one-hot rows, names no places",
    ),
    (
        r"'(float|int|numpy\.(?:float|int)\d+)' object has no attribute '(\w+)'",
        "this is a plain number, a {0}, which has no `{1}`",
    ),
    (
        r"'(\w+)' object is not (?:iterable|subscriptable)",
        "this is one {0}: there is nothing in it to walk over or to take out",
    ),
    (
        r"'(?:numpy\.)?(\w+)' object is not callable",
        "this is of the class {0} and no function: are there brackets ( ) too many, or a `*` too few?",
    ),
)  # fmt: skip


def division_by_zero(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if fault.type != "ZeroDivisionError":
        return None
    return Relation(
        "division-by-zero", "what stands under the fraction line is 0: has it been counted, or filled, by this time?"
    )


def key_missing(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if fault.type != "KeyError":
        return None
    return Relation("key-missing", "nothing has been put under this key before: who does it the first time?")


def axis_out_of_bounds(fault: Fault, letters: dict[int, str]) -> Relation | None:
    found = re.search(r"axis (-?\d+) is out of bounds for array of dimension (\d+)", fault.message)
    if found is None:
        return None
    last = int(found[2]) - 1
    there = (
        "no axis at all: it is one number" if last < 0 else f"{found[2]} axes, 0 to {last}" if last else "axis 0 only"
    )
    return Relation("axis-out-of-bounds", f"axis {found[1]} is asked for, and the array has {there}")


def other_number_of_parts(fault: Fault, letters: dict[int, str]) -> Relation | None:
    if re.search(r"too many values to unpack|not enough values to unpack", fault.message):
        told = "as many names as there are values: a loop over two lists at once needs `zip`"
    elif found := re.search(r"cannot reshape array of size (\d+) into shape \(([\d, ]*)\)", fault.message):
        told = f"{found[1]} values do not fill ({found[2]}): were they read, or cut, as they should be?"
    elif re.search(r"takes (?:from )?\d+.* positional arguments? but \d+", fault.message):
        told = "a method has `self` in front of its arguments, and the call hands it over unseen"
    else:
        return None
    return Relation("other-number-of-parts", told)


def why(one: Shape, other: Shape) -> str:
    """What is usually wrong with two shapes that do not fit."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if shorter and shorter == longer[:-1]:
        return "an axis of length 1 is missing, which `keepdims=True` or `[:, None]` keeps"
    if len(one) == len(other) == 2 and one == other[::-1]:
        return "one of the two is turned around"
    if len(one) == len(other) == 2 and one[0] == other[0]:
        return "the rows fit and the columns do not"
    if len(one) == len(other) == 2 and one[1] == other[1]:
        return "the columns fit and the rows do not"
    return "NumPy compares lengths from the right, and each has to be the same or 1"


def named(shape: Shape, letters: dict[int, str]) -> str:
    """A shape in letters, as far as there are some."""
    text = ", ".join(letters.get(length, str(length)) for length in shape)
    return f"({text},)" if len(shape) == 1 else f"({text})"


LOOKS: tuple[Callable[[Fault, dict[int, str]], Relation | None], ...] = (
    truth_value, boolean_minus, caret_for_power, whole_numbers, not_an_array, nothing_there, attribute_missing,
    name_unknown, shapes_do_not_fit, wrong_kind, division_by_zero, key_missing, axis_out_of_bounds,
    other_number_of_parts,
)  # fmt: skip
