"""beras: a small PyTorch in NumPy, from tensors to a trained network.

Read the modules in this order: core (what can be differentiated), onehot, layers, activations, losses, metrics,
optimizers, model.
"""

from .activations import Activation, LeakyReLU, ReLU, Sigmoid, Softmax
from .core import Callable, Diffable, Named, Tensor, Weighted
from .layers import Linear
from .losses import CategoricalCrossEntropy, Loss, MeanSquaredError
from .metrics import CategoricalAccuracy
from .model import Model, Sequential
from .onehot import OneHotEncoder
from .optimizers import Adam, BasicOptimizer, Optimizer, RMSProp

__all__ = [
    "Activation",
    "Adam",
    "BasicOptimizer",
    "Callable",
    "CategoricalAccuracy",
    "CategoricalCrossEntropy",
    "Diffable",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MeanSquaredError",
    "Model",
    "Named",
    "OneHotEncoder",
    "Optimizer",
    "RMSProp",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tensor",
    "Weighted",
]
