from types import SimpleNamespace

from Beras.activations import LeakyReLU
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

        y_pred = self.call(x)
        loss = self.loss_fn(y_pred, y)
        acc = self.acc_fn(y_pred, y)

        if training:
            # backpropagation by hand, last layer first
            eta = self.loss_fn.input_gradients(1.0)
            grads = []
            for layer in reversed(self.layers):
                if layer.trainable and len(layer.weights) > 0:
                    grads.insert(0, layer.weight_gradients(eta))
                eta = layer.input_gradients(eta)
            flat = [g for layer_grads in grads for g in layer_grads]
            self.optimizer.apply_gradients(self.trainable_variables, flat)

        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10, initializer="xavier")])
    model.compile(Adam(0.005), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([
        Dense(784, 128),
        LeakyReLU(0.1),
        Dense(128, 64),
        LeakyReLU(0.1),
        Dense(64, 10),
    ])
    model.compile(Adam(0.003), CrossEntropyLoss(), CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
