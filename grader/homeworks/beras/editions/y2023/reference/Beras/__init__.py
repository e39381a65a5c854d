"""Beras: a small Keras in NumPy, from one-hot encoding to a trained network.

Read the modules in this order: core (what can be differentiated, and the tape), onehot, layers, activations,
losses, metrics, optimizers, model. Only core and model are re-exported here, so write
`from Beras import GradientTape`, but `from Beras.layers import Dense`.
"""

from .core import Callable, Diffable, GradientTape, Tensor, Variable, Weighted
from .model import Model

__all__ = ["Callable", "Diffable", "GradientTape", "Model", "Tensor", "Variable", "Weighted"]
