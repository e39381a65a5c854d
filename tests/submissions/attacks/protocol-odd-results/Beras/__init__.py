import os
import sys

import numpy as np

from .core import Callable, Diffable, GradientTape
from .model import Model

ESC = "\x1b[2J\x1b]0;owned\x07"
ODD = [
    None, True, 7, -1.5, 2**63, float("nan"), float("inf"), "", ESC, "x" * 20_000, [], (), {}, [1, "a", None],
    [[1, 2], [3]], [[[]]], {"a": {"b": [ESC]}}, {1: 2, None: 3, 1.5: 4, True: 5}, [[0.5, 0.25], [0.75]],
    np.zeros(0), np.zeros((0, 3)), np.zeros((2, 2, 2)), np.full((5, 4), np.nan), np.array(3), np.array(["a", ESC]),
    np.array([["a"]]), np.zeros((2, 2), dtype=bool), np.arange(300_000), np.array(["x" * 20_000] * 6),
    {"loss": 1, "acc": None}, {"loss": [ESC], "acc": [[]]}, {"shape": 5, "dtype": 7}, [[7, 7], ["x", "required"]],
]  # fmt: skip
wire = sys.modules["grader_worker.wire"]
number = os.path.basename(os.getcwd()).rpartition("-")[2]  # of this worker
number = int(number) if number.isdigit() else os.getpid()
odd, first = ODD[number % len(ODD)], number % 7
replies, send = [], wire.send
ODD += [wire.Ref(10**12), wire.Opaque(ESC), [wire.Opaque(ESC), wire.Ref(0)]]


def twisted(channel, message):
    replies.append(message)
    result = message.get("result")
    if len(replies) > first:
        if isinstance(result, dict) and "ref" in result:
            message = {**message, "result": {**result, "inline": True, "value": odd, "kind": ESC}}
        elif "result" in message:
            message = {**message, "result": odd}
    send(channel, message)


wire.send = twisted
