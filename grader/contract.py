"""The names of this edition of the assignment, and the module that each of them lives in."""

from __future__ import annotations

PACKAGE = "Beras"
MODULES = {
    "OneHotEncoder": "Beras.onehot",
    "Callable": "Beras.core",
    "Diffable": "Beras.core",
    "GradientTape": "Beras.core",
    "Dense": "Beras.layers",
    "BatchNorm": "Beras.batchnorm",
    "LeakyReLU": "Beras.activations",
    "ReLU": "Beras.activations",
    "Softmax": "Beras.activations",
    "MeanSquaredError": "Beras.losses",
    "CategoricalCrossentropy": "Beras.losses",
    "CrossEntropyLoss": "Beras.losses",
    "BasicOptimizer": "Beras.optimizers",
    "RMSProp": "Beras.optimizers",
    "Adam": "Beras.optimizers",
    "CategoricalAccuracy": "Beras.metrics",
    "Model": "Beras.model",
    "SequentialModel": "assignment",
    "get_simple_model_components": "assignment",
    "get_advanced_model_components": "assignment",
    "get_data_MNIST": "preprocess",
}
CALLING = "Diffable/calling"  # the probe of what every call of a layer, loss or metric goes through
OWNERS = {  # where a component's name is no name of MODULES
    "Dense.initializer": "Dense",
    "Model.evaluate": "Model",
}


def owner_of(component: str) -> str:
    """The class or function that a component is, or is a part of."""
    return OWNERS.get(component, component)


def module_of(component: str) -> str:
    """The module that a component lives in."""
    return MODULES[owner_of(component)]


def file_of(module: str) -> str:
    return "Beras/__init__.py" if module == PACKAGE else module.replace(".", "/") + ".py"
