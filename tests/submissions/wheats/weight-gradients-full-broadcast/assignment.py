from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import LeakyReLU
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
        if not training:
            out = self.call(x)
            return {"loss": self.loss_fn(out, y), "acc": self.acc_fn(out, y)}
        with GradientTape() as tape:
            out = self.call(x)
            loss = self.loss_fn(out, y)
        self.optimizer.apply_gradients(self.trainable_variables, tape.gradient())
        return {"loss": loss, "acc": self.acc_fn(out, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=250)


# 64 hidden neurons only: with the big weight gradients more would take forever
def get_advanced_model_components():
    model = SequentialModel([Dense(784, 64), LeakyReLU(0.1), Dense(64, 32), LeakyReLU(0.1), Dense(32, 10)])
    model.compile(Adam(0.004), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=250)
