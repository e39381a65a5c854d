"""Coverage-guided fuzzing of what strangers' bytes reach first: `python tests/fuzz/fuzz.py TARGET [-runs=N ...]`.

Targets:
    frames      any bytes as a frame from the worker: a value, or WireError
    replies     any JSON as an error reply: a Fault
    sources     any bytes as a module: an opened submission
    zips        any bytes as a zip: an opened submission, or UsageError
    keys        any bytes as an answer key: a key, or DamagedKey

Anything else that is raised, a hang of 10 s or 1 GB of memory is a bug. Needs atheris (`pip install -e ".[proof]"`);
what follows the target goes to libFuzzer. Hypothesis tests the same promises in the test suite; this script digs on.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["grader", "zipfile"]):
    from grader.ask import answer_key, client
    from grader.base.errors import UsageError
    from grader.submission import opening as submission
    from grader.submission import source
    from grader.worker import wire

SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-"))
LIBFUZZER = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=1024"]


def frames(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        value, rest = wire.parse(memoryview(data))
        wire.frame(value)
        assert len(rest) <= len(data)


def replies(data: bytes) -> None:
    try:
        error = json.loads(data)
    except (ValueError, RecursionError):
        return
    fault = client.fault_of(error)
    assert len(fault.message) < 100_000


def sources(data: bytes) -> None:
    module = source.read_module("Beras.core", Path("core.py"), Path("Beras/core.py"), data)
    assert module.source_error is None or module.source_error.message


def zips(data: bytes) -> None:
    path = SCRATCH / "submission.zip"
    path.write_bytes(data)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as target, contextlib.suppress(UsageError):
        submission.open_submission(path, Path(target))


def keys(data: bytes) -> None:
    path = SCRATCH / "answers.key"
    path.write_bytes(data)
    with contextlib.suppress(answer_key.DamagedKey):
        answer_key.load(path)


def seeds(target: str) -> list[bytes]:
    """Honest inputs to begin with."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("Beras/core.py", "x = 1\n")
        archive.writestr("assignment.py", "import tensorflow\n")
    key = SCRATCH / "seed.key"
    answer_key.save(answer_key.AnswerKey(), key)
    return {
        "frames": [wire.frame({"result": [1, 2.5, "text", None, {"key": (True,)}]})],
        "replies": [
            b'{"type": "ValueError", "message": "no", "bases": ["ValueError"], "frames": [["a.py", 1, "f", "x"]]}'
        ],
        "sources": [
            b"import os\nclass A:\n    def f(self):\n        raise NotImplementedError\n",
            "é = 1".encode("latin-1"),
        ],
        "zips": [stream.getvalue()],
        "keys": [key.read_bytes()],
    }[target]


TARGETS = {"frames": frames, "replies": replies, "sources": sources, "zips": zips, "keys": keys}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: fuzz.py {'|'.join(TARGETS)} [-runs=N] [options of libFuzzer]")
    name, options = sys.argv[1], sys.argv[2:]
    corpus = SCRATCH / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *LIBFUZZER, *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
