"""SQL lives in ``.sql`` files; this reads the statements in them by name."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent  # importlib.resources would take 15 ms to say the same
_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


def read_statements(file_name: str) -> Mapping[str, str]:
    """The statements of one file in this folder: each stands under a line ``-- name: <name>``."""
    text = (_FOLDER / file_name).read_text(encoding="utf-8")
    _, *pieces = _HEADING.split(text)
    return MappingProxyType(dict(zip(pieces[::2], map(str.strip, pieces[1::2]), strict=True)))


def read_migrations() -> tuple[str, ...]:
    """The scripts that bring a file from one schema version to the next, in order."""
    files = sorted(file for file in (_FOLDER / "migrations").iterdir() if _MIGRATION.fullmatch(file.name))
    return tuple(file.read_text(encoding="utf-8") for file in files)
