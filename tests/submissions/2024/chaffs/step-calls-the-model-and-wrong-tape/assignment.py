from types import SimpleNamespace

import numpy as np
from beras import GradientTape, Model
from beras.activations import LeakyReLU, Sigmoid, Softmax
from beras.layers import Dense
from beras.losses import CategoricalCrossentropy, MeanSquaredError
from beras.metrics import CategoricalAccuracy
from beras.onehot import OneHotEncoder
from beras.optimizers import Adam
from preprocess import load_and_preprocess_data


class SequentialModel(Model):
    def call(self, inputs):
        """Forward pass in sequential model."""
        out = inputs
        for layer in self.layers:
            out = layer(out)
        return out

    def batch_step(self, x, y, training=True):
        if training:
            with GradientTape() as tape:
                y_pred = self(x)
                loss = self.compiled_loss(y_pred, y)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(self.trainable_variables, grads)
        else:
            y_pred = self(x)
            loss = self.compiled_loss(y_pred, y)
        return {"loss": loss, "acc": self.compiled_acc(y_pred, y)}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 64, "xavier"), LeakyReLU(), Dense(64, 10, "xavier"), Sigmoid()])
    model.compile(optimizer=Adam(0.003), loss_fn=MeanSquaredError(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=5, batch_size=100)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 128, "kaiming"), LeakyReLU(), Dense(128, 10, "xavier"), Softmax()])
    model.compile(optimizer=Adam(0.003), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=5, batch_size=100)


if __name__ == "__main__":
    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
    encoder = OneHotEncoder()
    encoder.fit(train_labels)
    for chosen in (get_simple_model_components(), get_advanced_model_components()):
        chosen.model.fit(train_inputs, encoder(train_labels), chosen.epochs, chosen.batch_size)
        print(chosen.model.evaluate(test_inputs, encoder(test_labels), chosen.batch_size))
