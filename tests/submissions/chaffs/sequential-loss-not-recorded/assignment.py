from types import SimpleNamespace

import numpy as np

from Beras.activations import LeakyReLU
from Beras.core import GradientTape
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam
from preprocess import get_data_MNIST


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
        if training:
            with GradientTape() as tape:
                predictions = self.call(x)
                loss = self.loss_fn.forward(predictions, y)
            grads = tape.gradient()
            self.optimizer.apply_gradients(self.trainable_variables, grads)
        else:
            predictions = self.call(x)
            loss = self.loss_fn(predictions, y)
        return {"loss": loss, "acc": self.acc_fn(predictions, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(Adam(0.002), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=128)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 100), LeakyReLU(0.1), Dense(100, 50), LeakyReLU(0.1), Dense(50, 10)])
    model.compile(Adam(0.002), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=128)


if __name__ == "__main__":
    train_x, train_y = get_data_MNIST("train")
    test_x, test_y = get_data_MNIST("test")
    encoder = OneHotEncoder()
    encoder.fit(np.concatenate([train_y, test_y]))
    for components in (get_simple_model_components(), get_advanced_model_components()):
        components.model.fit(train_x, encoder(train_y), components.epochs, components.batch_size)
        print(components.model.evaluate(test_x, encoder(test_y), components.batch_size))
