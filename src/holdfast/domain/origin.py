"""Where words come from, and how far they are trusted for it."""

from __future__ import annotations

from enum import StrEnum

from holdfast.errors import InvalidInput
from holdfast.limits import INSTRUCTION_TRUST_MIN


class Origin(StrEnum):
    """Where the words came from; decides how far they are trusted."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    DOCUMENT = "document"
    IMPORT = "import"
    DERIVED = "derived"


_TRUST_BY_ORIGIN = {
    Origin.USER: 1.0,
    Origin.ASSISTANT: 0.7,
    Origin.IMPORT: 0.7,
    Origin.DERIVED: 0.7,
    Origin.DOCUMENT: 0.5,
    Origin.TOOL: 0.4,
}

PERSONAL = frozenset({Origin.USER, Origin.IMPORT})
"""Origins in which "I" is the user: facts are read in their words by rules, and in no others."""


def trust_of(origin: Origin) -> float:
    """How far words of that origin are trusted, 0 to 1, before anybody promotes them."""
    return _TRUST_BY_ORIGIN[origin]


def may_instruct(trust: float) -> bool:
    """Whether words that are trusted so far can say what is to be done from now on."""
    return trust >= INSTRUCTION_TRUST_MIN


def read_origin(value: object) -> Origin:
    """An origin that a caller may name.

    Raises:
        InvalidInput: ``unknown_origin``.

    Example:
        >>> read_origin("document")
        <Origin.DOCUMENT: 'document'>
    """
    given = [origin for origin in Origin if origin is not Origin.DERIVED]
    for origin in given:
        if value == origin:
            return origin
    raise InvalidInput(
        f"{value!r:.40} is no origin; the origins are {', '.join(given)}", code="unknown_origin"
    )
