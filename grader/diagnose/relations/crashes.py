"""What an exception of NumPy or Python usually comes from, with the shapes in the letters of the assignment."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.ask.client import Fault
from grader.diagnose.relations.case import Relation

Shape = tuple[int, ...]
SHAPE = re.compile(r"\(([\d, ]*)\)")
SIZES = re.compile(r"size (\d+) is different from (\d+)")


def crash(fault: Fault, letters: dict[int, str]) -> Relation | None:
    """The first explanation that fits; None for an exception that says all there is to say.

    letters: what the assignment calls lengths of this check, such as B for its rows.
    """
    if fault.kind != "raised":
        return None
    return next((found for look in LOOKS if (found := look(fault, letters)) is not None), None)


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
    return Relation("caret-for-power", "`^` is no power in Python: write `x**2`")


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
    return Relation(
        "none-in-place", "something is None here: a function without `return`, or an attribute that was never set"
    )


def not_an_array(fault: Fault, letters: dict[int, str]) -> Relation | None:
    found = re.search(
        r"'(list|tuple)' object has no attribute '(\w+)'|for [-+*/@]+=?: '(list|tuple)'|sequence by non-int",
        fault.message,
    )
    if found is None or fault.type not in ("AttributeError", "TypeError"):
        return None
    return Relation("not-an-array", "a list of Python's is no array: it has no shape, and no arithmetic with numbers")


def attribute_missing(fault: Fault, letters: dict[int, str]) -> Relation | None:
    found = re.match(r"'(\w+)' object has no attribute '(\w+)'", fault.message)
    if found is None or fault.type != "AttributeError" or found[1] in ("list", "tuple", "NoneType", "function"):
        return None
    if found[1][:1].islower():
        return None  # of NumPy's or Python's own, which have what they have
    return Relation(
        "attribute-missing",
        f"nothing has set `self.{found[2]}` on this {found[1]} before: was `self.` forgotten where it was computed, "
        "or `super().__init__()`?",
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
    shapes_do_not_fit,
)  # fmt: skip
