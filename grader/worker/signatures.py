"""What a call of student code takes: the parameters that count, through decorators that do not say what they call."""

from __future__ import annotations

import inspect
from types import MethodType
from typing import Any


def parameters(function: Any) -> list[list[str]]:
    """Name and kind of the parameters of a callable, self excluded; empty where it cannot be told."""
    try:
        found = inspect.signature(unwrapped(function)).parameters.values()
    except (ValueError, TypeError, RecursionError):
        return []
    kinds = []
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            kinds.append([parameter.name, "variadic"])
        else:
            kinds.append([parameter.name, "required" if parameter.default is parameter.empty else "optional"])
    return kinds


def unwrapped(function: Any) -> Any:
    """What a decorator's wrapper(*args, **kwargs) calls, whether or not the decorator says so by functools.wraps."""
    if inspect.ismethod(function):
        return MethodType(unwrapped(function.__func__), function.__self__)
    if not inspect.isfunction(function) or not function.__code__.co_flags & inspect.CO_VARARGS:
        return function
    inside = [cell.cell_contents for cell in function.__closure__ or () if inspect.isfunction(cell.cell_contents)]
    # One that names an argument beside self is a function of its own
    return unwrapped(inside[0]) if len(inside) == 1 and function.__code__.co_argcount <= 1 else function
