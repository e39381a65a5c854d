from types import SimpleNamespace

import Beras
from Beras.activations import LeakyReLU, Sigmoid, Softmax
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from Beras.metrics import CategoricalAccuracy
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam, RMSProp
from preprocess import load_and_preprocess_data


class SequentialModel(Beras.Model):
    def call(self, inputs):
        """Forward pass in sequential model."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x, y, training=True):
        with Beras.GradientTape() as tape:
            y_pred = self(x)
            loss = self.compiled_loss(y_pred, y)
        if training:
            grads = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(self.trainable_weights, grads)
        acc = self.compiled_acc(y_pred, y)
        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    """Returns a simple single-layer or two-layer model with its epochs and batch size."""
    model = SequentialModel([Dense(784, 64, "xavier"), LeakyReLU(), Dense(64, 10, "xavier"), Sigmoid()])
    model.compile(optimizer=Adam(0.001), loss_fn=MeanSquaredError(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=5, batch_size=100)


def get_advanced_model_components():
    """Returns a multi-layered model with more involved components."""
    model = SequentialModel([Dense(784, 128, "kaiming"), LeakyReLU(), Dense(128, 10, "xavier"), Softmax()])
    model.compile(optimizer=RMSProp(0.001), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=5, batch_size=100)


if __name__ == "__main__":
    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
    ohe = OneHotEncoder()
    ohe.fit(train_labels)
    for components in (get_simple_model_components(), get_advanced_model_components()):
        components.model.fit(train_inputs, ohe(train_labels), components.epochs, components.batch_size)
        print(components.model.evaluate(test_inputs, ohe(test_labels), components.batch_size))
