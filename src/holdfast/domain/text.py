"""What a text must be before it is stored: something, of bounded length, and encodable."""

from __future__ import annotations

import re

from holdfast.errors import InvalidInput, LimitExceeded

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHITE_SPACE = re.compile(r"\s+")


def require_text(text: object, *, what: str, characters_max: int) -> str:
    """The text itself, when it can be stored and found again.

    Raises:
        InvalidInput: ``not_text``, ``empty_text`` or ``unstorable_text`` (a NUL or a lone surrogate).
        LimitExceeded: ``text_too_long``.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"{what} must be a text, not {type(text).__name__}", code="not_text")
    if not text.strip():
        raise InvalidInput(f"{what} is empty: give at least one visible character", code="empty_text")
    if len(text) > characters_max:
        raise LimitExceeded(
            f"{what} has {len(text):,} characters; the most is {characters_max:,}: split it",
            code="text_too_long",
            characters=len(text),
            characters_max=characters_max,
        )
    return _require_storable(text, what)


def require_name(name: object, *, what: str, characters_max: int) -> str:
    """An id or label: one line of visible text.

    Raises:
        InvalidInput: ``invalid_name``.
    """
    try:
        text = require_text(name, what=what, characters_max=characters_max)
    except (InvalidInput, LimitExceeded) as error:
        raise InvalidInput(error.message, code="invalid_name", name=what) from error
    if _CONTROL.search(text):
        raise InvalidInput(
            f"{what} holds a control character: use one line of visible text",
            code="invalid_name",
            name=what,
        )
    return text


def collapse_white_space(text: str) -> str:
    """The same words with single spaces between them: what counts when texts are compared."""
    return _WHITE_SPACE.sub(" ", text).strip()


def _require_storable(text: str, what: str) -> str:
    match = _UNSTORABLE.search(text)
    if match:
        found = "a NUL character" if match[0] == "\x00" else f"a lone surrogate (U+{ord(match[0]):04X})"
        raise InvalidInput(
            f"{what} holds {found} at position {match.start()}: remove it",
            code="unstorable_text",
            position=match.start(),
        )
    return text
