from .core import Diffable


class LeakyReLU(Diffable):
    def forward(self, x):
        return Diffable.compose_to_input(self, x)

    def input_gradients(self):
        return Diffable.compose_to_input(self, 0)


class ReLU(LeakyReLU):
    pass


class Softmax(LeakyReLU):
    pass
