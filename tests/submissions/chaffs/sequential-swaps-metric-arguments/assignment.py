from types import SimpleNamespace

from Beras.activations import ReLU
from Beras.core import GradientTape
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.optimizers import Adam


class SequentialModel(Model):
    def call(self, inputs):
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        with GradientTape() as tape:
            out = self(x)
            loss = self.loss_fn(out, y)
        acc = self.acc_fn(y, out)
        if training:
            grads = tape.gradient()
            self.optimizer.apply_gradients(self.trainable_variables, grads)
        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 128), ReLU(), Dense(128, 64), ReLU(), Dense(64, 10)])
    model.compile(Adam(0.004), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=250)
