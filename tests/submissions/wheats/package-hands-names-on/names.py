from .acts import LeakyReLU, ReLU, Softmax

__all__ = ["LeakyReLU", "ReLU", "Softmax"]
