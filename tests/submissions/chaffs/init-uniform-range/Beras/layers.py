import numpy as np

from .core import Diffable


class Dense(Diffable):

    def __init__(self, input_size, output_size, initializer="kaiming"):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.w, self.b = self._initialize_weight(initializer, input_size, output_size)
        self.weights = [self.w, self.b]
        self.last_input = None

    def forward(self, x):
        """xW + b"""
        self.last_input = x
        result = np.matmul(x, self.w)
        result = result + self.b
        return result

    def input_gradients(self):
        """derivative of the output with respect to x is W"""
        return self.w

    def weight_gradients(self):
        """derivative of the output with respect to W is x, with respect to b it is 1"""
        batch_size = self.last_input.shape[0]
        dW = np.zeros((batch_size, self.input_size, self.output_size))
        for k in range(batch_size):
            for j in range(self.output_size):
                dW[k, :, j] = self.last_input[k]
        db = np.ones((batch_size, self.output_size))
        return [dW, db]

    @staticmethod
    def _initialize_weight(initializer, input_size, output_size):
        """
        Initializes the values of the weights and biases. The bias is zero always.
        """
        initializer = initializer.lower()
        assert initializer in ("zero", "normal", "xavier", "kaiming"), f"Unknown dense weight initialization strategy '{initializer}' requested"

        b = np.zeros((1, output_size))
        if initializer == "zero":
            w = np.zeros((input_size, output_size))
        elif initializer == "normal":
            w = np.random.normal(loc=0.0, scale=1.0, size=(input_size, output_size))
        elif initializer == "xavier":
            limit = np.sqrt(2.0 / (input_size + output_size))
            w = np.random.uniform(-limit, limit, size=(input_size, output_size))
        elif initializer == "kaiming":
            limit = np.sqrt(2.0 / input_size)
            w = np.random.uniform(-limit, limit, size=(input_size, output_size))
        return w, b
