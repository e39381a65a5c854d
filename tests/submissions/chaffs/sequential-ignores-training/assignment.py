"""HW: MNIST with Beras."""

from types import SimpleNamespace

from Beras import GradientTape, Model
from Beras.activations import ReLU, Softmax
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy
from Beras.metrics import CategoricalAccuracy
from Beras.onehot import OneHotEncoder
from Beras.optimizers import Adam, RMSProp
from preprocess import get_data_MNIST


class SequentialModel(Model):
    """Layers in a row, trained with the tape."""

    def call(self, inputs):
        outputs = [inputs]
        for layer in self.layers:
            outputs.append(layer(outputs[-1]))
        return outputs[-1]

    def batch_step(self, x, y, training=True):
        self._switch(training)
        with GradientTape() as tape:
            probs = self.call(x)
            loss = self.loss_fn(probs, y)
        grads = tape.gradient()
        self.optimizer.apply_gradients(self.trainable_variables, grads)
        return dict(loss=loss, acc=self.acc_fn(probs, y))

    def _switch(self, training):
        """BatchNorm behaves differently in training and testing."""
        for layer in self.layers:
            if hasattr(layer, "training"):
                layer.training = training


def get_simple_model_components():
    """Softmax regression."""
    model = SequentialModel([Dense(784, 10, initializer="xavier"), Softmax()])
    model.compile(optimizer=RMSProp(0.001), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=3, batch_size=100)


def get_advanced_model_components():
    """One hidden layer."""
    layers = [Dense(784, 128, initializer="kaiming"), ReLU(), Dense(128, 10, initializer="xavier"), Softmax()]
    model = SequentialModel(layers)
    model.compile(optimizer=Adam(0.002), loss_fn=CategoricalCrossentropy(), acc_fn=CategoricalAccuracy())
    return SimpleNamespace(model=model, epochs=4, batch_size=100)


def main():
    train_inputs, train_labels = get_data_MNIST("train")
    test_inputs, test_labels = get_data_MNIST("test")
    onehot = OneHotEncoder()
    train_onehots = onehot(train_labels)
    test_onehots = onehot(test_labels)
    for build in (get_simple_model_components, get_advanced_model_components):
        parts = build()
        parts.model.fit(train_inputs, train_onehots, epochs=parts.epochs, batch_size=parts.batch_size)
        print(build.__name__, parts.model.evaluate(test_inputs, test_onehots, batch_size=parts.batch_size))


if __name__ == "__main__":
    main()
