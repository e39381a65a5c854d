"""beras: a small Keras in NumPy, from tensors to a trained network.

Read the modules in this order: core (what can be differentiated), gradient_tape, onehot, layers, activations,
losses, metrics, optimizers, model. Layers, onehot and optimizers are not re-exported here: write
`from beras.layers import Dense`.
"""

from .activations import Activation, LeakyReLU, ReLU, Sigmoid, Softmax
from .core import Callable, Diffable, Tensor, Variable, Weighted
from .gradient_tape import GradientTape
from .losses import CategoricalCrossEntropy, Loss, MeanSquaredError
from .metrics import CategoricalAccuracy
from .model import Model, SequentialModel

__all__ = [
    "Activation",
    "Callable",
    "CategoricalAccuracy",
    "CategoricalCrossEntropy",
    "Diffable",
    "GradientTape",
    "LeakyReLU",
    "Loss",
    "MeanSquaredError",
    "Model",
    "ReLU",
    "SequentialModel",
    "Sigmoid",
    "Softmax",
    "Tensor",
    "Variable",
    "Weighted",
]
