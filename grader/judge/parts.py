"""Which functions a component consists of, and which of them a submission has not written yet."""

from __future__ import annotations

from collections.abc import Mapping

from grader.contract import MODULES
from grader.submission.places import Places
from grader.submission.source import SourceModule

# What students write. Of anything else an empty body may be right: activations have no gradients of weights.
GRADIENTS = ("input_gradients", "compose_to_input")
WEIGHTED = (*GRADIENTS, "weight_gradients", "compose_to_weight")
PARTS: dict[str, tuple[str, ...]] = {
    "OneHotEncoder": ("fit", "forward", "inverse"),
    "Dense": ("forward", *WEIGHTED),
    "Dense.initializer": ("_initialize_weight",),
    "BatchNorm": ("forward", *WEIGHTED),
    "LeakyReLU": ("forward", *GRADIENTS),
    "ReLU": ("forward", *GRADIENTS),
    "Softmax": ("forward", *GRADIENTS),
    "MeanSquaredError": ("forward", *GRADIENTS),
    "CrossEntropyLoss": ("forward", *GRADIENTS),
    "BasicOptimizer": ("apply_gradients",),
    "RMSProp": ("apply_gradients",),
    "Adam": ("apply_gradients",),
    "CategoricalAccuracy": ("forward",),
    "GradientTape": ("gradient",),
    "Model.evaluate": ("evaluate",),
    "SequentialModel": ("call", "batch_step"),
}
FUNCTIONS = ("get_data_MNIST", "get_simple_model_components", "get_advanced_model_components")
INHERITS = {"ReLU": "LeakyReLU"}  # as the handout says; one of its own is as right
GIVEN = {"Callable", "Diffable", "CategoricalCrossentropy"}  # whose empty functions are meant to be that


def functions_of(component: str, places: Places) -> tuple[str, ...]:
    """The qualified names of a component's functions, as the submission calls them."""
    if component in FUNCTIONS:
        return (places[component].name,)
    return tuple(f"{places[component].name}.{method}" for method in PARTS.get(component, ()))


def component_of(function: str, places: Places) -> str:
    """The component that a function, given as MODULE:NAME, is a part of; '' for none."""
    module, _, name = function.partition(":")
    for component in (*PARTS, *FUNCTIONS):
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
    known = {place.name for place in places.table.values()} | set(MODULES) | GIVEN
    if not owner or owner in known:
        return False
    # A base class of the student's own
    methods = {part for component in PARTS if places[component].home == module for part in PARTS[component]}
    return method in methods - {"weight_gradients", "compose_to_weight"}


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
    if owner != INHERITS.get(component):
        return False
    inherited = name.replace(f"{places[owner].name}.", f"{places[component].name}.")
    return inherited not in module.functions


def is_unwritten(component: str, module: SourceModule | None, places: Places) -> bool:
    """Is nothing of a component written, though its functions are there?"""
    if module is None:
        return False
    own = [name for name in functions_of(component, places) if name in module.functions]
    if not own and component in INHERITS:
        return is_unwritten(INHERITS[component], module, places)
    return bool(own) and all(name in module.stubs for name in own)
