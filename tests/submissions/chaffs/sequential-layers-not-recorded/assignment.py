"""Training on MNIST with Beras."""

from types import SimpleNamespace

from Beras.activations import LeakyReLU
from Beras.core import GradientTape
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.optimizers import Adam


class SequentialModel(Model):
    def call(self, inputs):
        outputs = inputs
        for layer in self.layers:
            outputs = layer.forward(outputs)  # forward itself: no call, no record
        return outputs

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        with GradientTape() as tape:
            probs = self.call(x)
            loss = self.loss_fn(probs, y)
        if training:
            gradients = tape.gradient()
            self.optimizer.apply_gradients(self.trainable_variables, gradients)
        return {"loss": loss, "acc": self.acc_fn(probs, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(Adam(0.002), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=128)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 100), LeakyReLU(0.1), Dense(100, 50), LeakyReLU(0.1), Dense(50, 10)])
    model.compile(Adam(0.002), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=128)
