"""What stands in for the rest of a network in the lines that a student pastes (ask/stand_ins.py)."""

CLASSES = {
    "layer": '''
class Layer({base}):
    def __init__(self, jacobian, shift, weights=(), weight_gradients=(), trainable=True):
        super().__init__()
        self.jacobian, self.shift, self.trainable = jacobian, shift, trainable
        self.of_weights = weight_gradients
        if weights: self.weights = weights
    def forward(self, x): return x @ self.jacobian + self.shift
    def input_gradients(self, J=None): return self.jacobian if J is None else self.compose_to_input(J)
    def weight_gradients(self, J=None): return tuple(self.of_weights) if J is None else self.compose_to_weight(J)
    def compose_to_input(self, J): return J @ self.jacobian.T  #: gradient batch_step fit
    def compose_to_weight(self, upstream):  #: gradient batch_step fit
        J = [(g, upstream[:, None] if g.ndim == 3 else upstream) for g in self.of_weights]  #: gradient batch_step fit
        return [(g * up).mean(axis=0) for g, up in J]  #: gradient batch_step fit
''',
    "raw-layer": '''
class PlainLayer({base}):
    def __init__(self, input_gradients=None, weights=(), weight_gradients=()):
        super().__init__()
        self.of_input, self.of_weights = input_gradients, weight_gradients
        if weights: self.weights = weights
    def forward(self, x): return x
    def input_gradients(self): return self.of_input
    def weight_gradients(self): return tuple(self.of_weights)
''',
    "loss": '''
class Loss({base}):
    def __init__(self, coefficients):
        super().__init__()
        self.coefficients = coefficients
        self.seen = []  #: seen
    def forward(self, y_pred, y_true):
        self.seen.append((np.array(y_pred), np.array(y_true)))  #: seen
        return np.mean(np.sum(self.coefficients * y_pred, axis=-1))
    def input_gradients(self, J=1.0): return self.coefficients * J
    def weight_gradients(self, J=None): return ()
    def compose_to_input(self, J): return self.coefficients * J
    def compose_to_weight(self, J=None): return []
''',
    "row-mean-loss": '''
class MeanOfFirstColumn({base}):
    def forward(self, y_pred, y_true): return np.mean(y_pred[:, 0])
    def input_gradients(self): return np.zeros(1)
    def weight_gradients(self): return ()
''',
    "accuracy": '''
class Accuracy({base}):
    def __init__(self, replies): self.replies, self.seen = replies, []
    def forward(self, probs, labels):
        self.seen.append((np.array(probs), np.array(labels)))
        return np.float64(self.replies[min(len(self.seen), len(self.replies)) - 1])
''',
    "accuracy-of-rows": '''
class Accuracy({base}):
    def __init__(self): self.seen = []  #: seen
    def forward(self, probs, labels):
        self.seen.append((np.array(probs), np.array(labels)))  #: seen
        return np.mean(probs[:, -1] % 1.0)
''',
    "optimizer": '''
class Optimizer:
    learning_rate = 1.0
    def __init__(self, bump=0.0, factor=1.0):
        self.grads, self.weights = [], []
        self.bump, self.factor = bump, factor  #: bump factor __dict__
    def apply_gradients(self, weights, grads):
        weights = list(weights)
        self.weights.append([np.array(weight) for weight in weights])  #: weights __dict__
        self.grads.append([np.array(gradient) for gradient in grads])
        for weight in weights:  #: bump factor
            weight *= self.factor  #: factor
            weight += self.bump  #: bump
''',
    "model": '''
from sys import getrefcount  #: double_kept
class ScriptedModel({base}):
    def compile(self, *parts):
        counts = [getrefcount(part) for part in parts]  #: double_kept
        super().compile(*parts)
        self.double_kept = [getrefcount(part) > count for part, count in zip(parts, counts)]  #: double_kept
        self.double_parts = parts
        self.double_steps = []  #: double_steps
    def call(self, inputs):
        for layer in self.layers: inputs = layer(inputs)
        return inputs
    def batch_step(self, x, y, training=True):
        self.double_steps.append(training)  #: double_steps
        optimizer, loss_fn, acc_fn = self.double_parts
        y_pred = self.call(x)
        values = {{"loss": loss_fn(y_pred, y), "acc": acc_fn(y_pred, y)}}
        if training:
            weights = [weight for layer in self.layers for weight in layer.weights]
            optimizer.apply_gradients(weights, [0 * weight for weight in weights])
        return values
''',
    "raiser": '''
def fail():
    raise ArithmeticError("raised on purpose, to see what is left behind")
''',
}  # fmt: skip
