import os

from .core import Callable


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        sockets = 0
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                continue  # the one that listed the folder
            sockets += target.startswith("socket:")
            if int(name) > 2 and not target.startswith("socket:"):
                print("LEAKED", name, target)
        if sockets > 1:
            print("LEAKED", sockets, "sockets")
        return 0.5
