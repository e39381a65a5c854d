from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import LeakyReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam


class SequentialModel(Model):

    def call(self, inputs):
        outputs = [inputs]
        for i, layer in enumerate(self.layers):
            # output number i is the input of layer number i
            outputs.append(layer(outputs[i]))
        return outputs[-1]

    def batch_step(self, x, y, training=True):
        for i, _ in enumerate(self.layers):
            if "training" in dir(self.layers[i]):
                self.layers[i].training = training

        with GradientTape() as tape:
            predictions = self.call(x)
            loss = self.loss_fn(predictions, y)

        if training:
            gradients = tape.gradient()
            self.optimizer.apply_gradients(self.trainable_variables, gradients)

        accuracy = self.acc_fn(predictions, y)
        return dict(loss=loss, acc=accuracy)


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
