"""The answer key: what the reference, its variants and its misconceptions showed, in one file.

    beras answer key 2                       a line: what this is, and the version of its form
    SHA-256 of the rest                      a line
    zlib( a line of JSON, blobs )            what the key is for, and which blob is whose; the blobs

A blob is one observation as a frame of the wire protocol: plain data only, and as safe to read as anything that a
worker sends. Many mistakes show the same on most probes, so equal blobs are kept once, and each is parsed when somebody
asks for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Collection
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from grader.ask.client import Fault, Frame
from grader.ask.probe import NotAsked, Observation
from grader.ask.subject import Raised
from grader.worker import wire

MAGIC = b"beras answer key 2\n"
MAX_BYTES = 256 << 20  # unpacked; a key of every misconception for one seed is a few MB
Reply = Observation | Fault | NotAsked
Entry = tuple[str, str, int]  # codes joined by '+', probe, seed


class DamagedKey(ValueError):
    """A file is no answer key, or not the one that was written."""


class AnswerKey:
    """Observations by what was patched, probe and seed. `about` is free for whoever builds the key."""

    def __init__(self) -> None:
        self.about: dict[str, Any] = {}
        self.entries: dict[Entry, int] = {}  # -> place in blobs
        self.blobs: list[bytes | memoryview] = []
        self.parsed: dict[int, Reply] = {}
        self.changed = False

    def __contains__(self, entry: tuple[tuple[str, ...], str, int]) -> bool:
        codes, probe, seed = entry
        return ("+".join(codes), probe, seed) in self.entries

    def get(self, codes: tuple[str, ...], probe: str, seed: int) -> Reply | None:
        """What was seen, or None where nobody looked."""
        place = self.entries.get(("+".join(codes), probe, seed))
        if place is None:
            return None
        if place not in self.parsed:
            self.parsed[place] = seen_in(memoryview(self.blobs[place]))
        return self.parsed[place]

    def without(self, probes: Collection[str] = (), seeds: Collection[int] = ()) -> AnswerKey:
        """A key that has nothing of these probes, nor of these seeds."""
        kept = AnswerKey()
        kept.about = dict(self.about)
        for entry, place in self.entries.items():
            if entry[1] not in probes and entry[2] not in seeds:
                kept._place(entry, self.blobs[place])
        return kept

    def add(self, other: AnswerKey) -> None:
        """Takes over what another key holds besides."""
        for entry, place in other.entries.items():
            if entry not in self.entries:
                self._place(entry, other.blobs[place])

    def put(self, codes: tuple[str, ...], probe: str, seed: int, seen: Reply) -> None:
        """Remembers what was seen."""
        self._place(("+".join(codes), probe, seed), blob_of(seen))
        self.changed = True

    @cached_property
    def places(self) -> dict[bytes, int]:
        """Where each blob is, by its digest; only who adds to a key needs to know."""
        return {hashlib.sha256(blob).digest(): place for place, blob in enumerate(self.blobs)}

    def _place(self, entry: Entry, blob: bytes | memoryview) -> None:
        place = self.places.setdefault(hashlib.sha256(blob).digest(), len(self.blobs))
        if place == len(self.blobs):
            self.blobs.append(blob)
        self.entries[entry] = place


def save(key: AnswerKey, path: Path) -> None:
    """Writes a key; the file appears whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content_of(key))
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def content_of(key: AnswerKey) -> bytes:
    """A key as its file holds it."""
    rows: dict[str, dict[str, dict[int, int]]] = {}
    for (codes, probe, seed), place in key.entries.items():
        rows.setdefault(codes, {}).setdefault(probe, {})[seed] = place
    head = {"about": key.about, "sizes": [len(blob) for blob in key.blobs], "entries": rows}
    body = zlib.compress(b"".join([json.dumps(head).encode(), b"\n", *key.blobs]), 1)
    return b"".join([MAGIC, hashlib.sha256(body).hexdigest().encode(), b"\n", body])


def load(path: Path) -> AnswerKey:
    """Reads a key. Raises DamagedKey, or OSError."""
    return key_of(path.read_bytes())


def key_of(content: bytes) -> AnswerKey:
    """The key in the contents of a file. Raises DamagedKey."""
    if not content.startswith(MAGIC):
        raise DamagedKey("it does not begin as an answer key of this version does")
    digest, _, body = content[len(MAGIC) :].partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise DamagedKey("its contents do not match its checksum")
    key = AnswerKey()
    try:
        unpacked_body = zlib.decompressobj().decompress(body, MAX_BYTES)
        line, _, blobs = unpacked_body.partition(b"\n")
        head = json.loads(line)
        view = memoryview(blobs)
        ends = list(accumulate(head["sizes"]))
        key.blobs = [view[end - size : end] for end, size in zip(ends, head["sizes"])]
        key.about = head["about"]
        for codes, probes in head["entries"].items():
            for probe, seeds in probes.items():
                key.entries.update(((codes, probe, int(seed)), place) for seed, place in seeds.items())
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedKey(f"it cannot be read ({error})") from None
    return key


def blob_of(seen: Reply) -> bytes:
    """What was seen as a frame of the wire protocol."""
    return wire.frame(packed(seen))


def seen_in(blob: memoryview) -> Reply:
    """What was seen, of a blob."""
    return unpacked(wire.parse(blob)[0])


def packed(seen: Reply) -> dict[str, Any]:
    """An observation, or the reason why there is none, as plain data."""
    if isinstance(seen, Fault):
        called = seen.frames[0].function if seen.frames else ""
        return {"fault": [seen.kind, seen.message, seen.type, list(seen.bases), called]}
    if isinstance(seen, NotAsked):
        return {"not asked": str(seen)}
    return {"seen": packed_value(seen)}


def packed_value(value: Any) -> Any:
    """Exceptions become dicts under a key that no observation uses, NumPy's scalars arrays."""
    if isinstance(value, Fault):  # of one check, among what was observed for several
        return {"(fault)": packed(value)}
    if isinstance(value, Raised):
        return {"(raised)": [value.type, list(value.bases), value.message]}
    if isinstance(value, dict):
        return {key: packed_value(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(packed_value(item) for item in value)
    return np.asarray(value) if isinstance(value, np.generic) else value


def unpacked(entry: dict[str, Any]) -> Reply:
    if "fault" in entry:
        kind, message, type_, bases, called = entry["fault"]
        frames = (Frame("", 0, called, ""),) if called else ()
        return Fault(kind, message, type_, tuple(bases), frames)
    if "not asked" in entry:
        return NotAsked(entry["not asked"])
    return dict(unpacked_value(entry["seen"]))


def unpacked_value(value: Any) -> Any:
    if isinstance(value, dict):
        if "(fault)" in value:
            return unpacked(value["(fault)"])
        if "(raised)" in value:
            type_, bases, message = value["(raised)"]
            return Raised(type_, tuple(bases), message)
        return {key: unpacked_value(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(unpacked_value(item) for item in value)
    return value
