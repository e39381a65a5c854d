from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import ReLU
from Beras.batchnorm import BatchNorm
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam


class SequentialModel(Model):

    def set_training(self, training):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training

    def call(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x, y, training=True):
        self.set_training(training)
        if training:
            with GradientTape() as tape:
                predictions = self.call(x)
                loss = self.loss_fn(predictions, y)
            self.optimizer.apply_gradients(self.trainable_variables, tape.gradient())
        else:
            predictions = self.call(x)
            loss = self.loss_fn(predictions, y)
        return {"loss": loss, "acc": self.acc_fn(predictions, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10), BatchNorm(10)])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([
        Dense(784, 100), BatchNorm(100), ReLU(),
        Dense(100, 50), BatchNorm(50), ReLU(),
        Dense(50, 10),
    ])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
