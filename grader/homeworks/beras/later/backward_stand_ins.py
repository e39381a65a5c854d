"""What stands in for the rest of a network in the lines that a student of 2026 pastes (ask/stand_ins.py)."""

from __future__ import annotations

from grader.homeworks.beras.later import stand_ins as later

CLASSES = later.CLASSES | {
    "layer": """
class Layer({base}):
    def __init__(self, jacobian=None, shift=0.0, weights=(), weight_gradients=(), local=None):
        super().__init__()
        self.jacobian, self.shift = jacobian, shift
        self.local = jacobian if local is None else local
        self.own, self.of_weights = weights, list(weight_gradients)
        self.double_called = []  #: double_called
    def __call__(self, *args):  #: double_called
        self.double_called.append(True)  #: double_called
        return super().__call__(*args)  #: double_called
    {weights} = property(lambda self: self.own)
    def {forward}(self, x): return x @ self.jacobian + self.shift
    def {input_gradients}(self): return [self.local]
    def {weight_gradients}(self): return self.of_weights
""",
    "loss": """
class Loss({base}):
    def __init__(self, coefficients):
        super().__init__()
        self.coefficients = coefficients
        self.seen = []  #: seen
        self.double_called = []  #: double_called
    def __call__(self, *args):  #: double_called
        self.double_called.append(True)  #: double_called
        return super().__call__(*args)  #: double_called
    def {forward}(self, y_pred, y_true):
        self.seen.append((np.array(y_pred), np.array(y_true)))  #: seen
        return np.sum(self.coefficients * y_pred)
    def {input_gradients}(self): return [self.coefficients, np.zeros(self.coefficients.shape)]
    def {weight_gradients}(self): return []
""",
    "holder": """
class Holder({base}):
    def __init__(self, weights): self.own = weights
    {weights} = property(lambda self: self.own)
""",
    "stepper": """
class Optimizer:
    def __init__(self, parameters=(), bump=0.0):
        self.parameters, self.bump, self.params, self.grads = parameters, bump, [], []
    def zero_grad(self):
        for each in self.parameters: each.grad = None
    def step(self):
        reached = [each for each in self.parameters if each.grad is not None]
        self.params.append([np.array(each) for each in reached])
        self.grads.append([np.array(each.grad) for each in reached])
        for each in reached: each += self.bump
""",
    "run": """
class Run:
    def log(self, *args, **kwargs): pass
""",
}
