"""Finds what has the form of something recalled but no mark of it: lines, search hits as JSON, an echo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.message import Role
from holdfast.formation.patterns import Pattern
from holdfast.formation.recalled.span import Span

if TYPE_CHECKING:
    from holdfast.domain.message import Message

_LINE = Pattern(
    r"^[ \t>*\u2022-]{0,16}\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4,9} "
    r"[^:\n]{1,300}: (?P<text>[^\n]+)$",
    re.MULTILINE,
)
_START = Pattern(r"[{\[][\s{\[]{0,64}\"")
_DECODER = json.JSONDecoder()
_TEXT = "text"
_ABOUT = frozenset({"query", "note", "sentence", "reason"})
"""What an answer says beside its hits."""

_ECHOING = frozenset({Role.ASSISTANT, Role.TOOL})


def lines_in(content: str) -> Iterator[Span]:
    """The lines that look like those of a context: date, speaker, words."""
    for match in _LINE.finditer(content):
        yield Span(*match.span(), (match["text"],))


def documents_in(content: str) -> Iterator[Span]:
    """The JSON documents that hold sentences, with all that they hold."""
    last = 0
    for _ in range(limits.RECALLED_DOCUMENTS_MAX):
        start = _START.compiled.search(content, last)
        if start is None:
            return
        try:
            value, last = _DECODER.raw_decode(content, start.start())
        except (ValueError, RecursionError):
            last = start.end()
            continue
        texts = tuple(_sentences(value))
        if texts:
            yield Span(start.start(), last, texts)


def _sentences(document: object) -> Iterator[str]:
    """Every text in it that is long enough to be told from others, and what calls itself ``text``."""
    waiting: list[tuple[str, object]] = [("", document)]
    seen = 0
    while waiting and seen <= limits.RECALLED_VALUES_MAX:
        key, value = waiting.pop()
        seen += 1
        match value:
            case dict():
                waiting += value.items()
            case list():
                waiting += [(key, item) for item in value]
            case str() if key not in _ABOUT and (key == _TEXT or _is_telling(value)):
                yield value
    if waiting:
        yield ""  # more than is looked at: memory holds no such thing


def echo_in(message: Message) -> Iterator[Span]:
    """The whole message, when it may be a memory that an assistant or a tool says word for word."""
    content = message.content
    if (
        message.role in _ECHOING
        and len(content) <= limits.RECALLED_TEXT_CHARACTERS_MAX
        and _is_telling(content)
    ):
        yield Span(0, len(content), (content,))


def _is_telling(text: str) -> bool:
    return len(text.split(None, limits.RECALLED_WORDS_MIN)) >= limits.RECALLED_WORDS_MIN
