"""Text in terminal columns: Chinese and other wide characters take two, combining ones none (Unicode UAX #11)."""

from __future__ import annotations

from unicodedata import category, east_asian_width


def columns(text: str) -> int:
    """How many columns a text takes."""
    return sum(map(of_character, text))


def of_character(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """As much of the beginning of a text as fits into some columns."""
    used = 0
    for place, character in enumerate(text):
        used += of_character(character)
        if used > width:
            return text[:place]
    return text


def wrap(line: str, width: int, indent: int = 0) -> list[str]:
    """A long line on several, broken between words where there are any; further ones are indented."""
    lines: list[str] = []
    rest = line
    while columns(rest) > width:
        head = cut(rest, width)
        space = head.rfind(" ")
        if space > len(head) - len(head.lstrip()):  # not within the indentation
            head = head[:space]
        lines.append(head.rstrip())
        rest = " " * indent + rest[len(head) :].lstrip()
    return [*lines, rest]
