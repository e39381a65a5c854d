"""beras: a small Keras in NumPy, from tensors to a trained network.

Read the modules in this order: core (what can be differentiated), gradient_tape, onehot, layers, activations,
losses, metrics, optimizers, model. Metrics, onehot and optimizers are not re-exported here: write
`from beras.optimizers import Adam`.
"""

from .activations import Activation, LeakyReLU, ReLU, Sigmoid, Softmax
from .core import Callable, Diffable, Tensor, Variable, Weighted
from .gradient_tape import GradientTape
from .layers import Dense
from .losses import CategoricalCrossentropy, Loss, MeanSquaredError
from .model import Model

__all__ = [
    "Activation",
    "Callable",
    "CategoricalCrossentropy",
    "Dense",
    "Diffable",
    "GradientTape",
    "LeakyReLU",
    "Loss",
    "MeanSquaredError",
    "Model",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tensor",
    "Variable",
    "Weighted",
]
