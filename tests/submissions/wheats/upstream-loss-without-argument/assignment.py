from types import SimpleNamespace

from Beras import Model
from Beras.activations import ReLU
from Beras.layers import Dense
from Beras.losses import CrossEntropyLoss
from Beras.metrics import CategoricalAccuracy
from Beras.optimizers import Adam


class SequentialModel(Model):
    def call(self, inputs):
        outputs = inputs
        for layer in self.layers:
            outputs = layer(outputs)
        return outputs

    def batch_step(self, x, y, training=True):
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training
        y_pred = self.call(x)
        loss = self.loss_fn(y_pred, y)
        if training:
            delta = self.loss_fn.input_gradients()
            gradients = []
            for layer in self.layers[::-1]:
                if layer.trainable and len(layer.weights):
                    gradients = list(layer.weight_gradients(delta)) + gradients
                delta = layer.input_gradients(delta)
            self.optimizer.apply_gradients(self.trainable_variables, gradients)
        return {"loss": loss, "acc": self.acc_fn(y_pred, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10)])
    model.compile(optimizer=Adam(0.004), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=200)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 120), ReLU(), Dense(120, 60), ReLU(), Dense(60, 10)])
    model.compile(optimizer=Adam(0.003), loss_fn=CrossEntropyLoss(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=200)
