from Beras import Model
from Beras.core import Diffable


class SequentialModel(Model):
    def call(self, inputs):
        return Diffable.compose_to_input(self, inputs)

    def batch_step(self, x, y, training=True):
        return Diffable.compose_to_input(self, x)
