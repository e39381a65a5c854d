"""Frames between the grader and a worker: a JSON header and raw array bytes.

A frame is `MAGIC, header length, payload length`, the JSON header, then the bytes of every array in the order in
which the header lists them. There is no pickle and no eval on either side: what comes out of `receive` is plain data
(None, bool, int, float, str, list, tuple, dict, NumPy arrays of the dtypes below, `Ref` and `Opaque`), whatever the
peer sends. Every size is checked before memory is taken for it; a frame that breaks a rule raises `WireError`.
"""

from __future__ import annotations

import json
import math
import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

MAGIC = b"BRS1"
PREFIX = struct.Struct("!4sIQ")
MAX_HEADER = 4 << 20  # bytes; a header holds names, numbers and short texts, arrays travel as payload
MAX_PAYLOAD = 64 << 20  # bytes; the largest request is 10,000 x 784 float64, images of MNIST's test split (63 MB)
MAX_REPLY = 2 << 20  # bytes of arrays that a worker sends at a time: predictions for that split are 800 kB
MAX_ARRAYS = 4096
CHUNK = 1 << 16  # bytes of one read ahead; nearly every frame is smaller
MAX_RANK = 8
MANY_ITEMS = 1024  # of a list of arrays: beyond that they travel as one, far below MAX_ARRAYS
MAX_DEPTH = 16  # of nested lists, tuples and dicts; honest answers nest two or three deep
ENVELOPE = 4  # levels that a message has around such a value
MAX_KIND = 200  # characters that say what something is
MAX_TEXT = 20_000  # characters of one string
MAX_TEXTS = 100_000  # strings in one array of strings
DTYPES = frozenset("?bBhHiIlLqQefd")  # NumPy type characters of real numbers; no objects, no records, no complex
NAMED_DTYPES = {dtype.str: dtype for char in DTYPES for dtype in (np.dtype("<" + char), np.dtype(">" + char))}


def _no_constant(name: str) -> None:
    raise ValueError(name)


FIELDS = {"body", "arrays"}  # of a header
# Made once: json.dumps and json.loads make one at each call
TO_JSON = json.JSONEncoder(separators=(",", ":")).encode
FROM_JSON = json.JSONDecoder(parse_constant=_no_constant).decode


class WireError(Exception):
    """The peer sent something that is no frame of this protocol."""


class Ref(NamedTuple):
    """A live object of the worker, named by its number there."""

    id: int


@dataclass(frozen=True)
class Opaque:
    """Something that is not plain data; `kind` says in words what it was (`an object of class Tensor`)."""

    kind: str

    def __post_init__(self) -> None:
        """A class may have any name: on one line, and bounded, it can stand in a message."""
        object.__setattr__(self, "kind", " ".join(self.kind[:MAX_KIND].split()))


class Stream(Protocol):
    """What frames travel on: a socket, or what stands for one."""

    def sendall(self, data: bytes | memoryview, /) -> None: ...

    def recv(self, size: int, /) -> bytes: ...

    def recv_into(self, view: memoryview, /) -> int: ...


def plain(value: Any, depth: int = 0) -> Any:
    """Plain copy of a live Python value; whatever is not plain data becomes `Opaque`.

    Subclasses of ndarray are read through the base class, so none of their own methods is asked. Lists and tuples of
    numbers become arrays ('as good as arrays'), those that hold arrays keep their structure; a deque is a list,
    and every mapping a dict.
    """
    if value is None or type(value) in (bool, int, float, str, Ref, Opaque):
        return value
    if depth > MAX_DEPTH:
        return Opaque("a structure nested too deeply")
    if isinstance(value, np.matrix):
        return Opaque("an np.matrix (use a plain np.ndarray: * and shapes mean something else there)")
    if isinstance(value, np.ndarray):
        return _plain_array(np.ndarray.view(value, np.ndarray) if type(value) is not np.ndarray else value)
    if isinstance(value, np.generic):
        return _plain_array(np.array(value))
    if isinstance(value, (list, tuple, deque)):
        items = [plain(item, depth + 1) for item in value]
        many = sum(isinstance(item, np.ndarray) for item in items) > MANY_ITEMS
        if many or (items and all(type(item) in (bool, int, float) or _from_list(item) for item in items)):
            joined = _rectangular(items)
            if joined is not None:
                return joined
        if many:
            return Opaque(f"{len(items)} arrays of several shapes")
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (bool, int)):  # IntEnum and the like
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str.__str__(value)
    return Opaque(f"an object of class {type(value).__name__}")


def array_bytes(value: Any, depth: int = 0) -> int:
    """Bytes of the arrays in a value, as `plain` would find them."""
    if isinstance(value, np.ndarray):
        return int(np.ndarray.nbytes.__get__(value))  # whatever a subclass says
    if depth <= MAX_DEPTH and isinstance(value, (list, tuple, deque, Mapping)):
        return sum(array_bytes(item, depth + 1) for item in (value.values() if isinstance(value, Mapping) else value))
    return 0


class _ListArray(np.ndarray):
    """An array that was a Python list: may be joined with its siblings into a larger one."""


def _from_list(item: Any) -> bool:
    return isinstance(item, _ListArray) or (isinstance(item, np.ndarray) and item.ndim == 0)


def _rectangular(items: list[Any]) -> np.ndarray | None:
    try:
        array = np.asarray(items)
    except (ValueError, TypeError, OverflowError):
        return None
    return array.view(_ListArray) if array.dtype.char in DTYPES else None


def _key(key: Any) -> Any:
    """Keys of dicts come as numbers or text; NumPy's scalars as what they hold."""
    if isinstance(key, np.generic):
        key = key.item()
    fits = type(key) in (bool, float, str) or (type(key) is int and -(2**63) <= key < 2**64)
    return key if fits else str(type(key).__name__)


def _plain_array(array: np.ndarray) -> Any:
    if array.dtype.char in DTYPES:
        return array
    if array.dtype.char == "g":  # extended precision has no portable bytes
        return array.astype(np.float64)
    if array.dtype.char == "U":
        return array
    if array.dtype.char == "O" and array.ndim == 1 and _are_plain(array.tolist()):
        return plain(array.tolist())
    if (
        array.dtype.char == "O" and not array.ndim and array.item() is None
    ):  # what a class that wraps arrays makes of it
        return None
    return Opaque(f"an array of dtype {array.dtype}" if array.dtype.char != "O" else "an array of dtype object")


def _are_plain(items: list[Any]) -> bool:
    """All texts, all whole numbers, or all arrays: an array of objects holds them as well as a list does.

    Numbers to compute with are not as good there: many of NumPy's functions refuse them.
    """
    kinds = {str if isinstance(item, str) else int if isinstance(item, (int, np.integer)) else None for item in items}
    return kinds in ({str}, {int}) or (bool(items) and all(isinstance(item, np.ndarray) for item in items))


# --- encoding ---------------------------------------------------------------------------------------------------


def encode(value: Any) -> tuple[bytes, list[np.ndarray]]:
    """Header and arrays of one message. `value` is plain data as `plain` returns it."""
    arrays: list[np.ndarray] = []
    body = _encode(value, arrays)
    specs = [[array.dtype.str, list(array.shape)] for array in arrays]
    return TO_JSON({"body": body, "arrays": specs}).encode("utf-8", "replace"), arrays


def _encode(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else {"opaque": "an integer beyond 64 bits"}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, dict):
        return {"dict": [[_encode(key, arrays), _encode(item, arrays)] for key, item in value.items()]}
    if isinstance(value, Ref):
        return {"ref": value.id}
    if isinstance(value, Opaque):
        return {"opaque": value.kind[:MAX_TEXT]}
    if isinstance(value, np.ndarray):
        if value.dtype.char == "U":
            if value.size > MAX_TEXTS or value.nbytes > 2 * MAX_HEADER:
                return {"opaque": f"an array of {value.size} strings"}
            return {
                "texts": [_encode(text, arrays) for text in value.ravel().tolist()],
                "shape": list(value.shape),
            }
        arrays.append(np.ascontiguousarray(value).reshape(value.shape))
        return {"array": len(arrays) - 1}
    if isinstance(value, list):
        return {"list": [_encode(item, arrays) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, arrays) for item in value]}
    raise TypeError(f"not plain data: {type(value).__name__}")


def decode(header: bytes, read_into: Callable[[memoryview], None], payload: int) -> Any:
    """The value of a frame; `read_into` fills a buffer with the next payload bytes. Raises WireError."""
    try:
        message = FROM_JSON(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"header is not JSON: {type(error).__name__}") from None
    if not isinstance(message, dict) or message.keys() != FIELDS or not isinstance(message["arrays"], list):
        raise WireError("header has the wrong fields")
    if len(message["arrays"]) > MAX_ARRAYS:
        raise WireError("too many arrays")
    layouts = [_layout(spec) for spec in message["arrays"]]
    if sum(size for _, _, size in layouts) != payload:
        raise WireError("payload does not match the arrays it is said to hold")
    arrays = []
    for dtype, shape, size in layouts:
        array = np.empty(shape, dtype)
        if size:
            read_into(raw(array))
        arrays.append(array)
    return _decode(message["body"], arrays, 0)


def _layout(spec: Any) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    if not (isinstance(spec, list) and len(spec) == 2 and isinstance(spec[0], str)):
        raise WireError("array without dtype and shape")
    name, shape = spec[0], _shape(spec[1])
    if name not in NAMED_DTYPES:
        raise WireError("dtype not allowed")
    dtype = NAMED_DTYPES[name]
    if dtype.itemsize * _extent(shape) > MAX_PAYLOAD:
        raise WireError("array too large")
    return dtype, shape, dtype.itemsize * math.prod(shape)


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > MAX_RANK:
        raise WireError("array without a shape, or rank too high")
    if not all(type(length) is int and 0 <= length <= MAX_PAYLOAD for length in shape):
        raise WireError("shape is not made of lengths")
    return tuple(shape)


def _extent(shape: tuple[int, ...]) -> int:
    """Elements of an array if its lengths of 0 were 1: NumPy refuses to make even empty arrays beyond its range."""
    return math.prod(max(length, 1) for length in shape)


def _decode(body: Any, arrays: list[np.ndarray], depth: int) -> Any:
    kind = type(body)  # exact: JSON makes no subclasses
    if kind is str:
        if len(body) > MAX_TEXT + 1:
            raise WireError("text too long")
        return body
    if kind is int:
        if not -(2**63) <= body < 2**64:
            raise WireError("integer beyond 64 bits")
        return body
    if body is None or kind is bool or kind is float:
        return body
    if depth > MAX_DEPTH + ENVELOPE or kind is not dict or not body:
        raise WireError("value of no known form")
    tag, content = next(iter(body.items()))
    if tag == "dict" and type(content) is list:
        return dict([_decode_pair(pair, arrays, depth + 1) for pair in content])
    if tag == "array" and type(content) is int and 0 <= content < len(arrays):
        return arrays[content]
    if tag == "ref" and type(content) is int:
        return Ref(content)
    if tag in ("list", "tuple") and type(content) is list:
        items = [_decode(item, arrays, depth + 1) for item in content]
        return items if tag == "list" else tuple(items)
    if tag == "opaque" and type(content) is str:
        return Opaque(content)
    if tag == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if tag == "texts" and type(content) is list and len(content) <= MAX_TEXTS:
        return _decode_texts(content, body.get("shape"))
    raise WireError("value of no known form")


def _decode_pair(pair: Any, arrays: list[np.ndarray], depth: int) -> tuple[Any, Any]:
    if type(pair) is not list or len(pair) != 2:
        raise WireError("dict entry without key and value")
    key = _decode(pair[0], arrays, depth)
    if type(key) is not str and not isinstance(key, (bool, int, float)):
        raise WireError("key of a dict that is no number or text")
    return key, _decode(pair[1], arrays, depth)


def _decode_texts(texts: list[Any], shape: Any) -> np.ndarray:
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT + 1 for text in texts):
        raise WireError("array of strings holds something else")
    lengths, width = _shape(shape), max(map(len, texts), default=0)
    if math.prod(lengths) != len(texts) or _extent(lengths) > MAX_TEXTS or len(texts) * width > MAX_HEADER:
        raise WireError("array of strings of another size than it says")
    return np.array(texts, dtype=np.str_).reshape(lengths)


def raw(array: np.ndarray) -> memoryview:
    """The bytes of a contiguous array, not copied."""
    return array.reshape(-1).view(np.uint8).data


# --- transport --------------------------------------------------------------------------------------------------


def send(sock: Stream, value: Any) -> None:
    """Writes one frame."""
    header, arrays = encode(value)
    size = sum(array.nbytes for array in arrays)
    start = PREFIX.pack(MAGIC, len(header), size) + header
    if size <= CHUNK:  # one system call for a small frame
        sock.sendall(b"".join([start, *(raw(array) for array in arrays)]))
        return
    sock.sendall(start)
    for array in arrays:
        sock.sendall(raw(array))


def receive(sock: Stream, before_read: Callable[[], None] = lambda: None) -> Any:
    """Reads one frame. `before_read` runs before every read, so that a caller can keep a deadline.

    Raises EOFError when the peer has gone, WireError when it sends anything but one frame.
    """
    buffer = bytearray()  # read ahead, and not yet used
    while len(buffer) < PREFIX.size:
        more(sock, buffer, before_read)
    magic, header_size, payload = PREFIX.unpack_from(buffer)
    if magic != MAGIC or header_size > MAX_HEADER or payload > MAX_PAYLOAD:
        raise WireError("not a frame, or one that is too large")
    while len(buffer) < PREFIX.size + header_size:
        more(sock, buffer, before_read)
    header = bytes(buffer[PREFIX.size : PREFIX.size + header_size])
    del buffer[: PREFIX.size + header_size]

    def read_into(view: memoryview) -> None:
        done = min(len(view), len(buffer))
        view[:done] = buffer[:done]
        del buffer[:done]
        while done < len(view):
            before_read()
            count = sock.recv_into(view[done:])
            if not count:
                raise EOFError
            done += count

    value = decode(header, read_into, payload)
    if buffer:
        raise WireError("more than one frame at a time")
    return value


def more(sock: Stream, buffer: bytearray, before_read: Callable[[], None]) -> None:
    """Reads what is there, up to CHUNK bytes."""
    before_read()
    part = sock.recv(CHUNK)
    if not part:
        raise EOFError
    buffer += part


def frame(value: Any) -> bytes:
    """One frame in memory."""
    header, arrays = encode(value)
    start = PREFIX.pack(MAGIC, len(header), sum(array.nbytes for array in arrays))
    return b"".join([start, header, *(raw(array) for array in arrays)])


def parse(buffer: memoryview) -> tuple[Any, memoryview]:
    """The value of the first frame in memory, and what follows it. Raises WireError."""
    if len(buffer) < PREFIX.size:
        raise WireError("a frame that ends too early")
    magic, header_size, payload = PREFIX.unpack_from(buffer)
    end = PREFIX.size + header_size + payload
    if magic != MAGIC or len(buffer) < end:
        raise WireError("not a frame, or one that ends too early")
    rest = buffer[PREFIX.size + header_size : end]

    def read_into(view: memoryview) -> None:
        nonlocal rest
        view[:] = rest[: len(view)]
        rest = rest[len(view) :]

    return decode(bytes(buffer[PREFIX.size : PREFIX.size + header_size]), read_into, payload), buffer[end:]


def through(value: Any) -> Any:
    """What `receive` would return for a frame that `send` wrote: a copy that shares no memory with `value`."""
    return parse(memoryview(frame(value)))[0]


def copied(value: Any, depth: int = 0) -> Any:
    """The same as `through`, without the bytes in between and several times as fast."""
    if value is None or type(value) in (bool, float, Ref):
        return value
    if isinstance(value, Opaque):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else Opaque("an integer beyond 64 bits")
    if isinstance(value, str):
        return str(value) if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"
    if isinstance(value, np.ndarray) and value.dtype.char != "U" and value.dtype.str in NAMED_DTYPES:
        _layout([value.dtype.str, list(value.shape)])
        return np.array(value, NAMED_DTYPES[value.dtype.str], order="C")
    if type(value) in (list, tuple, dict) and depth <= MAX_DEPTH + ENVELOPE:
        if isinstance(value, dict):
            return {copied(key): copied(item, depth + 1) for key, item in value.items()}
        return type(value)(copied(item, depth + 1) for item in value)
    return through(value)
