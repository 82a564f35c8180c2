"""Stored text is data: what makes a terminal act is shown as a visible sign, never sent."""

from __future__ import annotations

import json
import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing
    "\u2028\u2029\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # separators, marks and tags nobody sees
)
_WHITE_SPACE = re.compile(r"\s+")
_CONTROL_PICTURES = 0x2400
_DELETE = "\x7f"
_REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """The text for a terminal: control characters become their pictures, such as ``␛`` for ESC."""
    return _UNSAFE.sub(lambda match: _sign(match[0]), text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return visible(_WHITE_SPACE.sub(" ", text).strip())


def as_json(document: object) -> str:
    """One JSON document, in which such characters are escaped: a reader gets them back unchanged."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return re.sub(_UNSAFE, lambda match: json.dumps(match[0])[1:-1].replace(_DELETE, "\\u007f"), text)


def _sign(character: str) -> str:
    if character == _DELETE:
        return "\u2421"
    return chr(_CONTROL_PICTURES + ord(character)) if character < " " else _REPLACEMENT
