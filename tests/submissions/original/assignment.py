from types import SimpleNamespace

from Beras.activations import LeakyReLU, Softmax
from Beras.core import GradientTape
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from Beras.metrics import CategoricalAccuracy
from Beras.model import Model
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam
from preprocess import get_data_MNIST


class SequentialModel(Model):
    def call(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def batch_step(self, x, y, training=True):
        with GradientTape() as tape:
            pred = self.call(x)
            loss = self.compiled_loss(pred, y)
        if training:
            grads = tape.gradient()
            self.optimizer.apply_gradients(self.trainable_variables, grads)
        acc = self.compiled_acc(pred, y)
        return {"loss": loss, "acc": acc}


def get_simple_model_components():
    model = SequentialModel([Dense(784, 10, initializer="xavier"), Softmax()])
    model.compile(optimizer=Adam(0.01), loss_fn=MeanSquaredError(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=1, batch_size=100)


def get_advanced_model_components():
    model = SequentialModel([Dense(784, 48), LeakyReLU(0.1), Dense(48, 10, initializer="xavier"), Softmax()])
    model.compile(optimizer=Adam(0.005), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=2, batch_size=100)


def main():
    encoder = OneHotEncoder()
    train_inputs, train_labels = get_data_MNIST("train", "../data")
    test_inputs, test_labels = get_data_MNIST("test", "../data")
    encoder.fit(train_labels)
    for components in (get_simple_model_components(), get_advanced_model_components()):
        model, batch_size = components.model, components.batch_size
        model.fit(train_inputs, encoder(train_labels), components.epochs, batch_size)
        model.evaluate(test_inputs, encoder(test_labels), batch_size)


if __name__ == "__main__":
    main()
