import numpy as np

from beras.activations import LeakyReLU, Softmax
from beras.layers import Linear
from beras.losses import CategoricalCrossEntropy
from beras.metrics import CategoricalAccuracy
from beras.model import Sequential
from beras.onehot import OneHotEncoder
from beras.optimizers import Adam
from preprocess import load_and_preprocess_data


def get_model():
    model = Sequential(
        Linear(784, 256, initializer="kaiming"),
        LeakyReLU(0.01),
        Linear(256, 10, initializer="xavier"),
        Softmax(),
    )
    return model


def get_optimizer(model):
    return Adam(model.trainable_variables, learning_rate=0.001)


def get_loss_fn():
    return CategoricalCrossEntropy()


def get_acc_fn():
    return CategoricalAccuracy()


if __name__ == "__main__":
    ### Use this area to test your implementation!
    model = get_model()
    model.compile(get_optimizer(model), get_loss_fn(), get_acc_fn())

    train_inputs, train_labels, test_inputs, test_labels = load_and_preprocess_data()
    ohe = OneHotEncoder()
    ohe.fit(train_labels)

    model.fit(train_inputs, ohe(train_labels), epochs=5, batch_size=256)
    metrics, predictions = model.evaluate(test_inputs, ohe(test_labels), batch_size=256)
    print(metrics)
    np.save("predictions.npy", predictions)
