import numpy as np
import wandb

from beras import Adam, CategoricalAccuracy, CategoricalCrossEntropy, Linear, OneHotEncoder, ReLU, Sequential, Softmax
from preprocess import load_and_preprocess_data


def get_model():
    return Sequential(Linear(784, 100, "kaiming"), ReLU(), Linear(100, 10, "xavier"), Softmax())


def get_optimizer(model):
    return Adam(model.parameters, learning_rate=2e-3)


def get_loss_fn():
    return CategoricalCrossEntropy()


def get_acc_fn():
    return CategoricalAccuracy()


def main():
    model = get_model()
    model.compile(get_optimizer(model), get_loss_fn(), get_acc_fn())
    x, labels, x_test, labels_test = load_and_preprocess_data()
    encoder = OneHotEncoder()
    encoder.fit(labels)
    run = wandb.init(project="beras", config={"epochs": 6, "batch_size": 128})
    model.fit(x, encoder(labels), epochs=6, batch_size=128, wandb_run=run)
    stats, predictions = model.evaluate(x_test, encoder(labels_test), batch_size=128, wandb_run=run)
    print(stats)
    np.save("predictions.npy", predictions)
    run.finish()


if __name__ == "__main__":
    main()
