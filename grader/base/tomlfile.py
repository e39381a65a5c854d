"""Reads TOML, on Python 3.10 as well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # comes with pytest there
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

DecodeError = tomllib.TOMLDecodeError
loads = tomllib.loads


def read(path: Path) -> dict[str, Any]:
    """Raises OSError, UnicodeDecodeError or DecodeError."""
    return loads(path.read_text(encoding="utf-8"))
