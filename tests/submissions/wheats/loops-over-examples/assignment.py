from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
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
        with GradientTape() as tape:
            y_pred = self.call(x)
            loss = self.loss_fn(y_pred, y)
        if training:
            self.optimizer.apply_gradients(self.trainable_variables, tape.gradient())
        return {"loss": loss, "acc": self.acc_fn(y_pred, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=200)


# Python loops are slow, so the network is small
def get_advanced_model_components():
    model = SequentialModel([Dense(784, 48), ReLU(), Dense(48, 24), ReLU(), Dense(24, 10)])
    model.compile(Adam(0.004), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
