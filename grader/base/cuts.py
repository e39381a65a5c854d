"""Texts for places that take only so much: the longest version that fits."""

from __future__ import annotations

from collections.abc import Callable

CUTS = (None, 20_000, 6_000, 2_000, 800, 300, 0)  # characters of each message, tried in this order


def fitting(write: Callable[[int | None], str], limit: int) -> str:
    """What `write` gives for the most generous cut with which it takes at most `limit` bytes, else for the last."""
    text = ""
    for cut in CUTS:
        text = write(cut)
        if len(text.encode("utf-8", "replace")) <= limit:
            break
    return text


def shortened(text: str, cut: int | None) -> str:
    """Beginning and end of a text: a traceback's last line says what happened."""
    if cut is None or len(text) <= cut:
        return text
    if cut < 100:
        return ""
    head, tail = cut * 2 // 3, cut // 3 - 40
    return f"{text[:head]}\n({len(text) - head - tail} characters left out)\n{text[len(text) - tail :]}"
