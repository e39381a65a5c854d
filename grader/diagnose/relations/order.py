"""Which relation between one wrong array and the right one is told: the first that holds, the most specific ones first.

Each relation is a pure function that looks at a case and says what it sees, or nothing. A sentence names the slice of
the data that shows the relation and never guesses at a cause: the pages of the codes list those.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.diagnose.relations.axes import not_reduced, one_hot, one_line, other_axis, reduced, transposed, wrong_shape
from grader.diagnose.relations.case import Case, Relation
from grader.diagnose.relations.elsewhere import all_zero, equals_input, function_of_input, other_answer
from grader.diagnose.relations.formula import (
    affine,
    constant_factor,
    constant_offset,
    factor_per_line,
    function_of,
    input_added,
    input_multiplied,
    low_precision,
    not_finite,
    offset_per_line,
    only_sign,
    rounded,
    sign_flipped,
)
from grader.diagnose.relations.regions import (
    by_sign_of_input,
    clipped,
    clipped_logarithm,
    permuted,
    shifted,
    some_rows,
    value_replaced,
)
from grader.diagnose.relations.steps import step_clipped, step_direction, step_factor, step_sign

LOOKS: tuple[Callable[[Case], Relation | None], ...] = (
    other_answer, transposed, equals_input, one_hot, one_line, reduced, not_reduced, other_axis, wrong_shape,
    not_finite, all_zero, sign_flipped, only_sign, constant_factor, step_factor, step_sign, constant_offset,
    offset_per_line, value_replaced, permuted, shifted, affine, step_clipped, clipped, clipped_logarithm,
    function_of_input, by_sign_of_input, function_of, input_added, input_multiplied, factor_per_line, low_precision,
    some_rows, step_direction, rounded,
)  # fmt: skip


def relate_one(case: Case) -> Relation | None:
    """The first relation that holds, the most specific ones first."""
    return next((relation for look in LOOKS if (relation := look(case)) is not None), None)
