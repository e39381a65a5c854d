from types import SimpleNamespace

from Beras.activations import ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.optimizers import Adam, RMSProp


class SequentialModel(Model):
    def call(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def backward(self):
        """Gradients of all trainable weights, in the order of trainable_variables."""
        upstream = self.loss_fn.input_gradients(1)
        gradients = []
        for layer in self.layers[::-1]:
            if layer.trainable:
                gradients = list(layer.weight_gradients(upstream)) + gradients
            upstream = layer.input_gradients(upstream)
        return gradients

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        probs = self.call(x)
        result = {"loss": self.loss_fn(probs, y), "acc": self.acc_fn(probs, y)}
        if training:
            self.optimizer.apply_gradients(self.trainable_variables, self.backward())
        return result


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(RMSProp(0.001), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=100)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 100), ReLU(), Dense(100, 60), ReLU(), Dense(60, 10)])
    model.compile(Adam(0.003), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
