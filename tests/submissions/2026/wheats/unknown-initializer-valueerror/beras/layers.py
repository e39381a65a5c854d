import numpy as np

from .core import Diffable, Tensor


class Linear(Diffable):
    def __init__(self, input_size, output_size, initializer="normal", **kwargs):
        super().__init__(**kwargs)
        self.w, self.b = self.__class__._initialize_weight(initializer, input_size, output_size)

    @property
    def parameters(self):
        return self.w, self.b

    def forward(self, x):
        """Forward pass for a linear layer! Refer to lecture slides for how this is computed."""
        return np.matmul(x, self.w) + self.b

    def get_input_gradients(self):
        return [self.w]

    def get_weight_gradients(self):
        x = self.inputs[0]
        dw = np.expand_dims(x, axis=-1)
        db = np.ones_like(self.b)
        return [dw, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        shape = (input_size, output_size)
        scales = {
            "zero": 0,
            "normal": 1,
            "xavier": np.sqrt(2 / (input_size + output_size)),
            "kaiming": np.sqrt(2 / input_size),
        }
        if initializer not in scales:
            raise ValueError(f"Unknown initializer {initializer}")
        w = np.random.randn(*shape) * scales[initializer]
        b = np.zeros((1, output_size))
        return Tensor(w), Tensor(b)
