"""The skeleton of a misconception: the two files that an instructor fills in, made from a group of hand-ins.

It fits the reference as it is and changes nothing, so nothing breaks while it is unfinished; what is left to do is
marked, and the usual tests of misconceptions fail until it is done.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

from grader.ask.patches import Sources
from grader.base.errors import UsageError
from grader.base.text import one_line
from grader.classroom.study.groups import Group
from grader.homework import FIRST, Edition
from grader.result import ProbeResult
from grader.submission.syntax import body_range, definitions, end_of

CALLED = re.compile(r"\.(\w+)\(")

PAGE = """\
# TODO: what is wrong, as a headline of a verdict

## What the grader saw
TODO: what a student can compare with the report, in a sentence or two. {seen}

## Why it matters
TODO: what comes of it: in training, in the numbers, in the mathematics.

## How to see it yourself
TODO: fewer and rounder numbers than these, and what right code prints.

```python
{script}
```

## Example
```example
None  # TODO: one expression of the contract's names, which the mistake changes
```

## Hint
TODO: a question, never the line of the solution.

## Often confused with
TODO: `code`: what differs there. Or: nothing.
"""
PATCH = """\
# TODO: what is wrong, in one line.
#
# Made from the group {group} of a class, which answers alike in:
{checks}
component = "{component}"

# TODO: make the mistake in `new`, and shorten both to what it is about. `old` has to occur once in the file.
[[edit]]
file = "{file}"
old = {old}
new = {old}
"""


@dataclass(frozen=True)
class Skeleton:
    """The page and the patch, as texts."""

    page: str
    patch: str


def skeleton(group: Group, probes: list[ProbeResult], sources: Sources, year: Edition = FIRST) -> Skeleton:
    """probes: the example's wrong answers to the group's checks. sources: a year's reference. Raises UsageError."""
    component = year.component_like(group.component)
    owner = year.owner_of(component)
    file = year.file_of(year.modules[owner])
    scripts = [probe.told.script for probe in probes if probe.told.script]
    script = min(scripts, key=lambda each: (each.count("\n"), each), default="")
    old = function_asked(sources[file], file, owner, script, year)
    told_of_one = "; ".join(f"{probe.title}: {one_line(probe.why, 200)}" for probe in probes[:2]).replace("`", "'")
    seen = f"The report of one says: {told_of_one}." if told_of_one else ""
    return Skeleton(
        PAGE.format(seen=seen, script=script or "pass"),
        PATCH.format(
            group=group.id,
            checks="\n".join(f"#   {line}" for probe in probes for line in told(probe)),
            component=component,
            file=file,
            old=toml_text(old),
        ),
    )


def told(probe: ProbeResult) -> list[str]:
    """What a check saw, in lines of a comment."""
    parts = [
        f"  {label}: {one_line(text, 200)}" for label, text in probe.told.parts if label in ("came back", "expected")
    ]
    return [f"{probe.name}: {one_line(probe.told.headline, 200)}", *parts]


def function_asked(source: str, file: str, owner: str, script: str, year: Edition) -> str:
    """The text of the reference that a script asks: a body where that text is unique, else the function with its head.

    Of several methods the one that is called last. Raises UsageError.
    """
    tree = ast.parse(source)
    functions = {name: node for name, node in definitions(tree) if isinstance(node, ast.FunctionDef)}
    chosen = candidates(tree, owner, list(functions), set(year.holes_in(file)))
    if not chosen:
        raise UsageError(f"reference/{file}: nothing that students write is in {owner}")
    called = CALLED.findall(script)
    by_method = {name.rpartition(".")[2]: name for name in reversed(chosen)}
    wanted = next(
        (by_method[name] for name in reversed(called) if name in by_method), by_method.get(year.word("forward"))
    )
    name = wanted or chosen[0]
    lines = source.splitlines(keepends=True)
    start, end = body_range(functions[name], lines, name)
    body = "".join(lines[start:end])
    if source.count(body) == 1:
        return body
    return "".join(lines[functions[name].lineno - 1 : end_of(functions[name])])


def candidates(tree: ast.Module, owner: str, functions: list[str], holes: set[str]) -> list[str]:
    """What students write of a class, else of what it derives from; or the function of that name."""
    if owner in functions:
        return [owner]
    own = [name for name in functions if name.startswith(f"{owner}.")]
    written = [name for name in own if name in holes]
    if written:
        return written
    bases = [
        base.id
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == owner
        for base in node.bases
        if isinstance(base, ast.Name)
    ]
    inherited = [name for base in bases for name in candidates(tree, base, functions, holes)]
    return inherited or own


def toml_text(text: str) -> str:
    """A text as TOML: as it stands, where its quotes allow that."""
    if "'''" in text or "\\\n" in text:
        return json.dumps(text)
    return f"'''\n{text}'''"
