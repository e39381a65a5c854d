from functools import reduce
from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import LeakyReLU, Softmax
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam, RMSProp


class SequentialModel(Model):

    def call(self, inputs):
        return reduce(lambda x, layer: layer(x), self.layers, inputs)

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training

        with GradientTape() as tape:
            predictions = self(x)
            loss = self.loss_fn(predictions, y)
        acc = self.acc_fn(predictions, y)

        if not training:
            return {"loss": loss, "acc": acc}
        self.optimizer.apply_gradients(self.trainable_variables, tape.gradient())
        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10, initializer="xavier"), Softmax()])
    model.compile(
        optimizer=RMSProp(0.002),
        loss_fn=CategoricalCrossentropy(),
        acc_fn=CategoricalAccuracy(),
    )
    return SimpleNamespace(model=model, epochs=4, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([
        Dense(784, 128), LeakyReLU(0.1),
        Dense(128, 10, initializer="xavier"), Softmax(),
    ])
    model.compile(
        optimizer=Adam(0.002),
        loss_fn=MeanSquaredError(),
        acc_fn=CategoricalAccuracy(),
    )
    return SimpleNamespace(model=model, epochs=6, batch_size=100)
