from .core import Callable, Difable, GradientTape
from .model import Model
