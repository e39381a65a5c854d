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

    def train_step(self, x, y):
        with GradientTape() as tape:
            result = self.test_step(x, y)
        weights = (weight for layer in self.layers if layer.trainable for weight in layer.weights)
        self.optimizer.apply_gradients(weights, tape.gradient())
        return result

    def test_step(self, x, y):
        predictions = self(x)
        return {"loss": self.loss_fn(predictions, y), "acc": self.acc_fn(predictions, y)}

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        return self.train_step(x, y) if training else self.test_step(x, y)


def get_simple_model_components():
    model = SequentialModel(layers=[Dense(784, 10, initializer="Xavier")])
    model.compile(optimizer=Adam(learning_rate=0.004), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=256)


def get_advanced_model_components():
    sizes = [784, 128, 64, 10]
    layers = []
    for i, (n, m) in enumerate(zip(sizes[:-1], sizes[1:])):
        layers.append(Dense(n, m, initializer="kaiming"))
        if i < len(sizes) - 2:
            layers.append(LeakyReLU(0.05))
    model = SequentialModel(layers=layers)
    model.compile(optimizer=Adam(learning_rate=0.003), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=256)
