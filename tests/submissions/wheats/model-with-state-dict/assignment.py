from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from Beras import GradientTape, Model
from Beras.activations import LeakyReLU, ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam


@dataclass
class State:
    step: int = 0
    best_loss: float = float("inf")
    parameters: dict = field(default_factory=dict)


class SequentialModel(Model):
    def __init__(self, layers):
        super().__init__(layers)
        self.state = State()

    def __len__(self):
        return len(self.layers)

    def __repr__(self):
        return "SequentialModel(" + ", ".join(type(layer).__name__ for layer in self.layers) + ")"

    def state_dict(self):
        return {
            f"{i}.{j}": np.array(weight)
            for i, layer in enumerate(self.layers)
            for j, weight in enumerate(layer.weights)
        }

    def load_state_dict(self, parameters):
        for i, layer in enumerate(self.layers):
            for j, weight in enumerate(layer.weights):
                weight[...] = parameters[f"{i}.{j}"]

    def call(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        with GradientTape() as tape:
            y_pred = self(x)
            loss = self.loss_fn(y_pred, y)
        if training:
            self.optimizer.apply_gradients(self.trainable_variables, tape.gradient())
            self.state.step += 1
            if self.state.step % 100 == 0 and loss < self.state.best_loss:
                self.state.best_loss = float(loss)
                self.state.parameters = self.state_dict()
        return {"loss": loss, "acc": self.acc_fn(y_pred, y)}


class Components(SimpleNamespace):
    """what get_..._model_components returns"""


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10), LeakyReLU(0.5)])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return Components(model=model, epochs=3, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 128), ReLU(), Dense(128, 64), ReLU(), Dense(64, 10)])
    model.compile(Adam(0.003), CrossEntropyLoss(), CategoricalAccuracy())
    return Components(model=model, epochs=4, batch_size=200)
