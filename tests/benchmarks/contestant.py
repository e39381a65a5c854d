"""One way to train a network, in a process of its own that waits for its turn.

    python -m tests.benchmarks.contestant KIND HIDDEN OPTIMIZER

A line on standard input is a turn: `train GOAL EPOCHS` or `sgemm`. The answer is a line of JSON. All kinds train the
same network with the same optimizer, batch size and precision, in the order in which the digits come, and say loss and
accuracy after each epoch as Beras does.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import numpy as np

from grader.homeworks.beras.mnist import reader as data
from tests.benchmarks.timing import ROOT

BATCH, RATE = 100, 0.001
Split = tuple[np.ndarray, np.ndarray]


def mnist() -> tuple[Split, Split]:
    """Both splits: images float32 (N, 784) in [0, 1], and labels."""
    digits = data.load()
    return (
        (digits.train_images.astype(np.float32) / 255, np.asarray(digits.train_labels)),
        (digits.test_images.astype(np.float32) / 255, np.asarray(digits.test_labels)),
    )


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[labels]


class Beras:
    """The reference."""

    folder = ROOT / "reference"

    def __init__(self, hidden: int, optimizer: str, train: Split) -> None:
        sys.path.insert(0, str(self.folder))
        self.x, self.y = train[0], one_hot(train[1])
        self.hidden, self.optimizer = hidden, optimizer

    def layers(self) -> list[Any]:
        from Beras.activations import ReLU
        from Beras.layers import Dense

        hidden = [Dense(784, self.hidden), ReLU()] if self.hidden else []
        return [*hidden, Dense(self.hidden or 784, 10)]

    def start(self) -> None:
        from assignment import SequentialModel
        from Beras import optimizers
        from Beras.losses import CrossEntropyLoss
        from Beras.metrics import CategoricalAccuracy

        self.model = SequentialModel(self.layers())
        optimizer = getattr(optimizers, self.optimizer)(RATE)
        self.model.compile(optimizer, CrossEntropyLoss(), CategoricalAccuracy())

    def epoch(self) -> None:
        self.model.fit(self.x, self.y, 1, BATCH)

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.argmax(self.model(x), axis=1)


class PlainNumPy:
    """The same formulas written out for this one network, in place where that is faster, with nothing around them."""

    def __init__(self, hidden: int, optimizer: str, train: Split) -> None:
        self.x, self.y = train[0], one_hot(train[1])
        self.sizes = [784, hidden, 10] if hidden else [784, 10]
        self.step = self.rmsprop if optimizer == "RMSProp" else self.adam

    def start(self) -> None:
        self.weights = []
        for n, m in zip(self.sizes, self.sizes[1:]):
            self.weights.append(np.random.normal(0, np.sqrt(2 / n), (n, m)).astype(np.float32))
            self.weights.append(np.zeros(m, np.float32))
        self.m, self.v, self.a, self.b = ([np.zeros_like(w) for w in self.weights] for _ in range(4))
        self.t = 0

    def epoch(self) -> tuple[float, float]:
        losses, right = [], []
        w = self.weights
        for start in range(0, len(self.x), BATCH):
            x, y = self.x[start : start + BATCH], self.y[start : start + BATCH]
            if len(w) == 2:
                z = x @ w[0] + w[1]
            else:
                h = np.maximum(x @ w[0] + w[1], 0)
                z = h @ w[2] + w[3]
            z -= z.max(axis=1, keepdims=True)
            e = np.exp(z)
            total = e.sum(axis=1, keepdims=True)
            losses.append(-((z - np.log(total)) * y).sum() / len(y))
            right.append((z.argmax(axis=1) == y.argmax(axis=1)).mean())
            j = (e / total - y) / len(y)
            if len(w) == 2:
                grads = [x.T @ j, j.sum(axis=0)]
            else:
                k = (j @ w[2].T) * (h > 0)
                grads = [x.T @ k, k.sum(axis=0), h.T @ j, j.sum(axis=0)]
            self.step(grads)
        return float(np.mean(losses)), float(np.mean(right))

    def rmsprop(self, grads: list[np.ndarray]) -> None:
        for w, g, v, a in zip(self.weights, grads, self.v, self.a):
            v *= 0.9
            np.multiply(g, g, out=a)
            a *= 0.1
            v += a
            np.sqrt(v, out=a)
            a += 1e-6
            np.divide(g, a, out=a)
            a *= RATE
            w -= a

    def adam(self, grads: list[np.ndarray]) -> None:
        self.t += 1
        rate, root = RATE / (1 - 0.9**self.t), 1 - 0.999**self.t
        for w, g, m, v, a, b in zip(self.weights, grads, self.m, self.v, self.a, self.b):
            m *= 0.9
            np.multiply(g, 0.1, out=a)
            m += a
            v *= 0.999
            np.multiply(g, g, out=a)
            a *= 0.001
            v += a
            np.divide(v, root, out=a)
            np.sqrt(a, out=a)
            a += 1e-7
            np.divide(m, a, out=b)
            b *= rate
            w -= b

    def predict(self, x: np.ndarray) -> np.ndarray:
        for number in range(0, len(self.weights), 2):
            x = x @ self.weights[number] + self.weights[number + 1]
            if number + 2 < len(self.weights):
                x = np.maximum(x, 0)
        return np.argmax(x, axis=1)


class PyTorch:
    """torch.nn and torch.optim with their defaults, but for what the contract sets otherwise."""

    options: dict[str, Any] = {}

    def __init__(self, hidden: int, optimizer: str, train: Split) -> None:
        import os

        import torch

        self.torch = torch
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
        self.x, self.y = torch.from_numpy(train[0]), torch.from_numpy(train[1].astype(np.int64))
        self.hidden, self.kind = hidden, optimizer

    def start(self) -> None:
        nn, optim = self.torch.nn, self.torch.optim
        hidden = [nn.Linear(784, self.hidden), nn.ReLU()] if self.hidden else []
        self.model = nn.Sequential(*hidden, nn.Linear(self.hidden or 784, 10))
        if self.kind == "RMSProp":
            self.optimizer = optim.RMSprop(self.model.parameters(), lr=RATE, alpha=0.9, eps=1e-6, **self.options)
        else:
            self.optimizer = optim.Adam(self.model.parameters(), lr=RATE, eps=1e-7, **self.options)
        self.loss = nn.CrossEntropyLoss()

    def epoch(self) -> tuple[float, float]:
        losses, right = [], []
        for start in range(0, len(self.x), BATCH):
            x, y = self.x[start : start + BATCH], self.y[start : start + BATCH]
            self.optimizer.zero_grad()
            z = self.model(x)
            loss = self.loss(z, y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            right.append((z.argmax(1) == y).float().mean().item())
        return float(np.mean(losses)), float(np.mean(right))

    def predict(self, x: np.ndarray) -> np.ndarray:
        with self.torch.no_grad():
            return self.model(self.torch.from_numpy(x)).argmax(1).numpy()


class FusedPyTorch(PyTorch):
    """With the optimizer in one compiled loop, which torch.optim offers for Adam and has off by default."""

    options = {"fused": True}


class ScikitLearn:
    """MLPClassifier, one epoch a call."""

    def __init__(self, hidden: int, optimizer: str, train: Split) -> None:
        self.x, self.y, self.hidden = *train, hidden

    def start(self) -> None:
        from sklearn.neural_network import MLPClassifier

        layers = (self.hidden,) if self.hidden else ()
        self.model = MLPClassifier(layers, alpha=0, batch_size=BATCH, learning_rate_init=RATE, epsilon=1e-7, max_iter=1)

    def epoch(self) -> None:
        self.model.partial_fit(self.x, self.y, classes=np.arange(10))

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.model.predict(x)


class Looping(Beras):
    """The reference's layers on a core that loops over the batch (looping_core.py)."""

    def layers(self) -> list[Any]:
        from tests.benchmarks.looping_core import loop

        return [loop(layer) for layer in super().layers()]


KINDS: dict[str, Any] = {
    "reference": Beras,
    "plain NumPy": PlainNumPy,
    "PyTorch": PyTorch,
    "PyTorch fused": FusedPyTorch,
    "scikit-learn": ScikitLearn,
    "looping core": Looping,
}


def train(contestant: Any, test: Split, goal: float, most: int) -> dict[str, Any]:
    """A fresh network, trained until an evaluation is at or above the goal: seconds of each epoch and to each goal."""
    contestant.start()
    reached: dict[str, float] = {}
    epochs, accuracy = [], 0.0
    start = time.perf_counter()
    while len(epochs) < most and accuracy < goal:
        wall, cpu = time.perf_counter(), time.process_time()
        contestant.epoch()
        epochs.append((time.perf_counter() - wall, time.process_time() - cpu))
        accuracy = float(np.mean(contestant.predict(test[0]) == test[1]))
        for each in (0.85, 0.95):
            if accuracy >= each:
                reached.setdefault(f"{each:g}", time.perf_counter() - start)
    return {"epochs": epochs, "reached": reached, "accuracy": accuracy}


def sgemm() -> dict[str, float]:
    """The best GFLOP/s of a large product in single precision, by wall and by CPU time."""
    a = np.ones((2048, 2048), np.float32)
    best = {"wall": 0.0, "cpu": 0.0}
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.process_time()
        a @ a
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        best = {key: max(best[key], 2 * 2048**3 / took[key] / 1e9) for key in best}
    return best


def main() -> None:
    kind, hidden, optimizer = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    train_split, test_split = mnist()
    if len(sys.argv) > 4:
        train_split = train_split[0][: int(sys.argv[4])], train_split[1][: int(sys.argv[4])]
    contestant = KINDS[kind](hidden, optimizer, train_split)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "sgemm":
            answer: dict[str, Any] = sgemm()
        else:
            answer = train(contestant, test_split, float(words[1]), int(words[2]))
        answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
