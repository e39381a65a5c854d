import os
import signal

from .core import Callable

SIGNALS = {8: signal.SIGILL, 7: signal.SIGKILL, 5: signal.SIGBUS}


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        os.kill(os.getpid(), SIGNALS.get(len(probs), signal.SIGABRT))
        os.abort()
