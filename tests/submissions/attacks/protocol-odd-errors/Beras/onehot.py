import os
import sys

from .core import Callable

ESC = "\x1b[2J"
wire = sys.modules["grader_worker.wire"]
ODD = [None, 5, ESC, [], [[ESC, 1, ESC, ESC]], [[ESC, 10**18, None, 7]], {"a": 1}, ["SystemExit", ESC], [None, 7]]
number = os.path.basename(os.getcwd()).rpartition("-")[2]  # of this worker
number = int(number) if number.isdigit() else os.getpid()
send = wire.send


def twisted(channel, message):
    if "error" in message:
        names = ("type", "bases", "message", "frames", "code")
        message["error"] = {name: ODD[(number + place) % len(ODD)] for place, name in enumerate(names)}
    send(channel, message)


class OneHotEncoder(Callable):
    def __init__(self):
        wire.send = twisted

    def fit(self, data):
        raise ValueError("no")

    def forward(self, data):
        raise ValueError("no")
