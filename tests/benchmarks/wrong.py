"""Submissions with one known mistake in each of some components."""

from __future__ import annotations

from pathlib import Path

from grader.ask import patches
from grader.ask.patches import PatchError
from grader.ask.reference import read_sources


def parts_wrong(folder: Path, count: int | None) -> Path:
    """The reference with a mistake in `count` components, None for all that have one."""
    sources, done = read_sources(), set()
    for patch in patches.load(patches.MISCONCEPTIONS).values():
        if patch.component in done or (count is not None and len(done) >= count):
            continue
        try:
            patched = patch.applied(sources)
            for path, text in patched.items():
                compile(text, path, "exec")
        except (PatchError, SyntaxError):
            continue  # does not fit beside the others: the component's next one may
        sources = patched
        done.add(patch.component)
    for path, text in sources.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def everything_wrong(folder: Path) -> Path:
    return parts_wrong(folder, None)
