from functools import reduce
from types import SimpleNamespace

import Beras
from Beras.activations import LeakyReLU, ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam, BasicOptimizer


class SequentialModel(Beras.Model):
    def call(self, inputs):
        return reduce(lambda x, layer: layer(x), self.layers, inputs)

    def forward_and_loss(self, x, y):
        y_pred = self.call(x)
        return y_pred, self.loss_fn(y, y_pred)

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training

        if not training:
            y_pred, loss = self.forward_and_loss(x, y)
            return {"loss": loss, "acc": self.acc_fn(y_pred, y)}

        with Beras.GradientTape() as tape:
            y_pred, loss = self.forward_and_loss(x, y)
        gradients = tape.gradient()
        self.optimizer.apply_gradients(self.trainable_variables, gradients)
        return {"loss": loss, "acc": self.acc_fn(y_pred, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10, "zero")])
    model.compile(BasicOptimizer(0.2), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=64)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 96), ReLU(), Dense(96, 48), LeakyReLU(), Dense(48, 10)])
    model.compile(Adam(learning_rate=0.002), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=64)
