"""Which form a file has, from its first characters."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.errors import InvalidInput
from holdfast.importers.lines import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD_BYTES = 65_536
_EXPORT_FORMAT = "holdfast-export"
_JSON_LIST = re.compile(r"\[\s*[{\]]")


class Format(StrEnum):
    """What can be imported."""

    MESSAGES = "messages"
    CONVERSATIONS = "conversations"
    TEXT = "text"


def detect(path: str | Path) -> Format:
    """The form of the file: JSON Lines of messages, JSON with conversations, or plain text.

    Raises:
        InvalidInput: ``not_importable`` for an export of Holdfast or a binary file; ``empty_file``.
        BackendRejected: ``file_unusable``.
    """
    with opened(path) as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0)
        first = file.readline(limits.IMPORT_LINE_BYTES_MAX)
    if b"\0" in head:
        raise InvalidInput(
            f"{path} is not a text file (it holds NUL bytes); UTF-16 must be converted to UTF-8 first",
            code="not_importable",
            path=str(path),
        )
    start = head.decode("utf-8-sig", errors="replace").lstrip()
    if not start:
        raise InvalidInput(f"{path} is empty: there is nothing to import", code="empty_file", path=str(path))
    if _JSON_LIST.match(start):
        return Format.CONVERSATIONS
    return _by_first_line(first, path) if start.startswith("{") else Format.TEXT


def _by_first_line(line: bytes, path: str | Path) -> Format:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # `{` alone, or `{"id": …,` opens a document over several lines; else a line of messages is broken.
        return Format.MESSAGES if line.rstrip().endswith(b"}") else Format.CONVERSATIONS
    if not isinstance(found, dict):
        return Format.MESSAGES
    _refuse_export(found, path)
    return Format.CONVERSATIONS if "sessions" in found or "messages" in found else Format.MESSAGES


def _refuse_export(found: Mapping[str, object], path: str | Path) -> None:
    if found.get("format") == _EXPORT_FORMAT:
        raise InvalidInput(
            f"{path} is an export of Holdfast: read it with 'holdfast load'",
            code="not_importable",
            path=str(path),
        )
