import json
import os
import struct
import sys
import time

PREFIX = struct.Struct("!4sIQ")
NAN, ESC = float("nan"), "\x1b[2J\x1b]0;owned\x07"


def frame(header, payload=b"", size=None):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(b"BRS1", len(header), len(payload) if size is None else size) + header + payload


def reply(n, body, arrays=(), payload=b"", size=None):
    pairs = [["n", n], ["result", body]]
    return frame({"body": {"dict": pairs}, "arrays": list(arrays)}, payload, size)


def error(n, **fields):
    body = {"dict": [["n", n], ["error", {"dict": list(fields.items())}]]}
    return frame({"body": body, "arrays": []})


def kept(n, value, **more):
    return reply(n, {"dict": [["ref", {"ref": 1}], ["kind", "x"], ["inline", True], ["value", value]]}, **more)


def nested(depth, body=0):
    for _ in range(depth):
        body = {"list": [body]}
    return body


def frames(n):
    """Everything that a frame should not be."""
    yield b""
    yield b"\0" * 4096
    yield PREFIX.pack(b"XXXX", 2, 0) + b"{}"
    yield PREFIX.pack(b"BRS1", 2**32 - 1, 0)
    yield PREFIX.pack(b"BRS1", 2, 2**64 - 1) + b"{}"
    yield frame(b"\xff\xfe{")
    yield frame(b"[" * 1_000_000)
    yield frame(b'{"body":' + b'{"list":[' * 5000 + b"0" + b"]}" * 5000 + b',"arrays":[]}')
    yield frame(b'{"body":1e999,"arrays":[]}')
    yield frame(b'{"body":NaN,"arrays":[]}')
    yield frame(b'{"body":' + b"9" * 100_000 + b',"arrays":[]}')
    yield frame({"body": 0, "arrays": 0})
    yield frame({"body": 0, "arrays": [["<f8", [2**29, 8]]]}, size=2**32)
    yield frame({"body": 0, "arrays": [["|O", [1]]]}, b"\0" * 8)
    yield frame({"body": 0, "arrays": [["<f8", [-1]]]})
    yield frame({"body": 0, "arrays": [["<f8", [0, 2**29, 2**29, 2**29, 2**29]]]})
    yield frame({"body": 0, "arrays": [["<f8", [1] * 64]]}, b"\0" * 8)
    yield frame({"body": 0, "arrays": [["<f8", [1]]] * 5000}, b"\0" * 40_000)
    yield frame({"body": 0, "arrays": [["<f8", [3]]]}, b"\0" * 8)
    yield reply(n, {"array": 7})
    yield reply(n, {"texts": ["a"], "shape": [0, 10**30]})
    yield reply(n, {"texts": [], "shape": [0, 2**40, 2**40]})
    yield reply(n, {"pickle": "cos\nsystem\n(S'true'\ntR."})
    yield reply(n, nested(12))
    yield reply(n, nested(40))
    yield reply(n, None)
    yield reply(n, 7)
    yield reply(n, {"list": []})
    yield reply(n, {"ref": -1})
    yield reply(n, {"opaque": ESC})
    yield reply(n, {"dict": [["ref", {"ref": 10**18}], ["kind", ESC], ["inline", ESC], ["value", ESC]]})
    yield reply(n, {"dict": [["ref", {"ref": 1}]]})
    yield kept(n, {"list": [1, {"list": [2, 3]}, ESC, None, {"dict": [[1, 2]]}]})
    yield kept(n, {"array": 0}, arrays=[["<f8", [2, 2]]], payload=struct.pack("<4d", NAN, NAN, NAN, NAN))
    yield kept(n, {"array": 0}, arrays=[["<i8", [0]]])
    yield kept(n, {"texts": [ESC, "b"], "shape": [2]})
    yield kept(n, {"float": "nan"})
    yield error(n)
    yield error(n, type=ESC, message=ESC * 100, bases=5, frames=7, code=ESC)
    yield error(n, type=7, message=None, bases={"list": [7, None, ESC]}, frames={"list": [1, ESC, {"list": [ESC]}]})
    yield error(n, type="SystemExit", message=ESC, bases={"list": ["SystemExit"]}, code=ESC)
    yield error(n, type="MemoryError", message=ESC, bases={"list": ["MemoryError"]}, frames=None)
    yield error(n, frames={"list": [{"list": [ESC, 10**18, ESC, ESC]}]})
    yield error(n + 1)
    yield frame({"body": {"dict": [["n", n]]}, "arrays": []})
    yield frame({"body": {"dict": [["n", n], ["result", 1], ["error", 1]]}, "arrays": []})
    yield frame({"body": {"dict": [[None, n], [1.5, 1], [True, 1]]}, "arrays": []})


def caller():
    found = sys._getframe()
    while found is not None and not ("channel" in found.f_locals and "request" in found.f_locals):
        found = found.f_back
    return found.f_locals["channel"], found.f_locals["request"]["n"]


channel, n = caller()
chosen = list(frames(n))
number = os.path.basename(os.getcwd()).rpartition("-")[2]  # of this worker
channel.sendall(chosen[(int(number) if number.isdigit() else os.getpid()) % len(chosen)])
os._exit(0)
