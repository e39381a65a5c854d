"""How else students call what the assignment names: `SGD` for BasicOptimizer, `Linear` for Dense."""

from __future__ import annotations

import re

from grader.homework import Edition
from grader.submission.bindings import Binding
from grader.submission.places import OtherNames, text_of
from grader.submission.source import SourceModule

# Without case, underscores and the kind at the end
ALSO = {
    "OneHotEncoder": ("onehot", "onehotencoding"),
    "GradientTape": ("tape",),
    "Dense": ("linear", "fullyconnected", "fc"),
    "Linear": ("dense", "fullyconnected", "fc"),
    "BatchNorm": ("batchnormalization", "batchnormalisation", "batchnorm1d"),
    "MeanSquaredError": ("mse", "meansquareerror", "meansquared"),
    "CrossEntropyLoss": (
        "softmaxcrossentropy",
        "crossentropywithlogits",
        "softmaxcrossentropywithlogits",
        "categoricalcrossentropy",
    ),
    "BasicOptimizer": ("sgd", "gd", "gradientdescent", "stochasticgradientdescent", "vanilla"),
    "CategoricalAccuracy": ("accuracy", "acc", "categoricalacc"),
    "get_data_MNIST": ("getmnistdata", "getmnist", "loaddatamnist", "loadmnist", "loadmnistdata"),
}
METHODS = {
    "OneHotEncoder": frozenset({"fit", "forward", "inverse"}),
    "GradientTape": frozenset({"gradient", "__enter__", "__exit__"}),
    "Dense": frozenset({"forward"}),
    "Linear": frozenset({"forward"}),
    "MeanSquaredError": frozenset({"forward"}),
    "CategoricalCrossentropy": frozenset({"forward"}),
    "CrossEntropyLoss": frozenset({"forward"}),
    "BasicOptimizer": frozenset({"apply_gradients"}),
    "RMSProp": frozenset({"apply_gradients"}),
    "Adam": frozenset({"apply_gradients"}),
    "CategoricalAccuracy": frozenset({"forward"}),
    "SequentialModel": frozenset({"batch_step"}),
    "Sequential": frozenset({"batch_step"}),
}
KEPT = re.compile(r"\bself\.(\w+)\s*(?:\[[^\]]{0,200}\]\s*)?[-+*/]?=(?!=)")  # attributes that a class sets
EXPONENTIAL = re.compile(r"(?i)\bexp\b|softmax|logsumexp|logaddexp")  # what turns logits into probabilities
COMPLEMENT = re.compile(r"\b1(?:\.0?)?\s*-")  # of a probability: the given formula has it, the usual one has not


class Names(OtherNames):
    """Those of this homework."""

    kinds = ("layer", "loss", "optimizer", "optimiser", "activation", "metric", "model", "class")
    also = ALSO
    methods = METHODS

    def fits(self, name: str, module: SourceModule, each: Binding, year: Edition) -> bool:
        if name == "get_data_MNIST":
            return [parameter for parameter, _ in each.parameters[1:2]] == ["data_path"]
        if name == "BasicOptimizer":  # beside the learning rate nothing that changes a step
            return all(is_nothing for _, is_nothing in each.parameters[taken(year) :])
        if name in ("CategoricalCrossentropy", "CrossEntropyLoss") and "CrossEntropyLoss" in year.modules:
            text = text_of(module, each)
            of_logits = bool(EXPONENTIAL.search(text))
            return of_logits if name == "CrossEntropyLoss" else bool(COMPLEMENT.search(text)) and not of_logits
        return True

    def is_like(self, name: str, module: SourceModule, each: Binding, year: Edition) -> bool:
        if name in ("SequentialModel", "Sequential"):
            return "Model" in each.bases and {"call", "forward"} & each.members != set()
        if name == "BasicOptimizer":
            kept = set(KEPT.findall(text_of(module, each)))
            step = f"{each.name}.{year.word('apply_gradients')}"
            return len(each.parameters) == taken(year) and len(kept) == taken(year) - 1 and step not in module.stubs
        return False


def taken(year: Edition) -> int:
    """What an optimizer without a state is made of: itself, a learning rate, and its parameters where it holds them."""
    return 2 if "GradientTape" in year.modules else 3
