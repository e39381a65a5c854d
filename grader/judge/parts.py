"""Which functions a component consists of, and which of them a submission has not written yet."""

from __future__ import annotations

from collections.abc import Mapping

from grader.homework import HOMEWORK
from grader.submission.places import Places
from grader.submission.source import SourceModule

INHERITS = HOMEWORK.inherits


def functions_of(component: str, places: Places) -> tuple[str, ...]:
    """The qualified names of a component's functions, as the submission calls them."""
    if component in places.edition.functions:
        return (places[component].name,)
    return tuple(f"{places[component].name}.{method}" for method in places.edition.parts.get(component, ()))


def component_of(function: str, places: Places) -> str:
    """The component that a function, given as MODULE:NAME, is a part of; '' for none."""
    module, _, name = function.partition(":")
    for component in (*places.edition.parts, *places.edition.functions):
        if places[component].home == module and name in functions_of(component, places):
            return component
    return ""


def unwritten(modules: Mapping[str, SourceModule], places: Places) -> dict[str, list[str]]:
    """The functions that are not written yet, by module: those of the components, and of classes they may inherit."""
    found: dict[str, list[str]] = {}
    for name, module in modules.items():
        names = [stub for stub in module.stubs if is_part(name, stub, places)]
        if names:
            found[name] = names
    return found


def is_part(module: str, function: str, places: Places) -> bool:
    """Is this function, if it is empty, one that is still to be written?"""
    if component_of(f"{module}:{function}", places):
        return True
    owner, _, method = function.rpartition(".")
    known = {place.name for place in places.table.values()} | set(places.edition.modules) | set(HOMEWORK.may_be_empty)
    if not owner or owner in known:
        return False
    # A base class of the student's own
    edition = places.edition
    methods = {part for each, parts in edition.parts.items() if places[each].home == module for part in parts}
    return method in methods - set(map(edition.word, HOMEWORK.hooks))


def is_own(component: str, function: str, module: SourceModule | None, places: Places) -> bool:
    """Is a function that is not written, or one that is inherited, part of this component?

    function: as MODULE:NAME. module: the component's.
    """
    place, _, name = function.partition(":")
    if module is None or place != module.name:
        return False
    owner = component_of(function, places)
    if owner in ("", component):
        return True  # '': of a base class that is no component
    if owner != INHERITS.get(component) or component in places.edition.given:
        return False  # what is given may inherit, and somebody else's work is missing
    inherited = name.replace(f"{places[owner].name}.", f"{places[component].name}.")
    return inherited not in module.functions


def is_unwritten(component: str, module: SourceModule | None, places: Places) -> bool:
    """Is nothing of a component written, though its functions are there?"""
    if module is None:
        return False
    own = [name for name in functions_of(component, places) if name in module.functions]
    if not own and component in INHERITS and component not in places.edition.given:
        return is_unwritten(INHERITS[component], module, places)
    return bool(own) and all(name in module.stubs for name in own)
