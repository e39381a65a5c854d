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
        db = np.array([1.0])
        return [dw, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming"), f"Unknown linear weight initialization strategy '{initializer}' requested"
        shape = (input_size, output_size)
        if initializer == "zero":
            w = np.zeros(shape)
        elif initializer == "normal":
            w = np.random.normal(0, 1, shape)
        elif initializer == "xavier":
            std = np.sqrt(2 / (input_size + output_size))
            w = np.random.normal(0, std, shape)
        elif initializer == "kaiming":
            std = np.sqrt(2 / input_size)
            w = np.random.normal(0, std, shape)
        b = np.zeros((1, output_size))
        return Tensor(w), Tensor(b)
