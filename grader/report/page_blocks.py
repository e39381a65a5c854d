"""The pages of `grade explain`, read into blocks that a template lays out. They use a small part of Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.diagnose import pages
from grader.homework import FIRST, Edition

FENCE = re.compile(r"^```(\w*)$")
ITEM = re.compile(r"^(?:[-*]|\d+\.) +(.*)$")
INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
Piece = tuple[str, str]  # ('text', 'code' or 'strong', the characters)


@dataclass
class Block:
    """kind: 'heading', 'text', 'list' or 'code'. `lines` holds pieces, for code one plain line after the other."""

    kind: str
    lines: list[list[Piece]] = field(default_factory=list)


@dataclass
class Page:
    """One code, explained."""

    code: str
    title: str
    blocks: list[Block]


def page(code: str, edition: Edition = FIRST) -> Page | None:
    """The page of a code in an edition, None where there is none."""
    text = pages.text(code, edition)
    if not text:
        return None
    title, _, rest = text.partition("\n")
    return Page(code, title.lstrip("# ").strip(), blocks(rest))


def blocks(text: str) -> list[Block]:
    """Headings, paragraphs, lists and code, fenced or indented by four."""
    found: list[Block] = []
    fenced = False
    for line in text.splitlines():
        if FENCE.match(line) or (fenced and line.startswith("```")):
            fenced = not fenced
            if fenced:
                found.append(Block("code"))
        elif fenced:
            found[-1].lines.append([("text", line)])
        elif not line.strip():
            found.append(Block(""))
        elif line.startswith("#"):
            found.append(Block("heading", [pieces(line.lstrip("# "))]))
        elif line.startswith("    ") and not last(found, "list"):
            continued(found, "code").lines.append([("text", line[4:])])
        elif item := ITEM.match(line):
            continued(found, "list").lines.append(pieces(item[1]))
        elif last(found, "list"):
            found[-1].lines[-1] += [("text", " "), *pieces(line.strip())]
        else:
            paragraph = continued(found, "text")
            paragraph.lines.append(pieces(line.strip()))
    return [block for block in found if block.lines]


def last(found: list[Block], kind: str) -> bool:
    return bool(found) and found[-1].kind == kind


def continued(found: list[Block], kind: str) -> Block:
    """The block that a line belongs to. Code goes on behind an empty line."""
    if kind == "code" and len(found) > 1 and not found[-1].kind and found[-2].kind == "code":
        found.pop()
        found[-1].lines.append([("text", "")])
    elif not last(found, kind):
        found.append(Block(kind))
    return found[-1]


def pieces(line: str) -> list[Piece]:
    """A line, cut where the kind of letters changes."""
    found: list[Piece] = []
    end = 0
    for match in INLINE.finditer(line):
        found.append(("text", line[end : match.start()]))
        found.append(("code", match[1]) if match[1] else ("strong", match[2]))
        end = match.end()
    found.append(("text", line[end:]))
    return [piece for piece in found if piece[1]]
