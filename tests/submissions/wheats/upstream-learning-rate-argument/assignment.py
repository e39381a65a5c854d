from types import SimpleNamespace

from Beras.activations import LeakyReLU, Softmax
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss, MeanSquaredError
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.optimizers import Adam


class SequentialModel(Model):
    def call(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        predictions = self.call(x)
        loss = self.loss_fn(predictions, y)
        acc = self.acc_fn(predictions, y)
        if training:
            grad = self.loss_fn.input_gradients(1.0)
            gradients = []
            # go from the last layer to the first
            for i in range(len(self.layers) - 1, -1, -1):
                layer = self.layers[i]
                if layer.trainable:
                    gradients = [*layer.weight_gradients(grad), *gradients]
                grad = layer.input_gradients(grad)
            self.optimizer.apply_gradients(self.trainable_variables, gradients)
        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10, learning_rate=0.01), Softmax()])
    model.compile(Adam(0.005), MeanSquaredError(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=100)


def get_advanced_model_components():
    layers = [
        Dense(784, 100, learning_rate=0.01), LeakyReLU(0.05),
        Dense(100, 50, learning_rate=0.01), LeakyReLU(0.05),
        Dense(50, 10, learning_rate=0.01),
    ]
    model = SequentialModel(layers)
    model.compile(Adam(0.003), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
