"""Finds the blocks that ``context`` wrote, by their marks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.rendering import CLOSING, HEADING, NOTE
from holdfast.formation.patterns import Pattern
from holdfast.formation.recalled.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER = json.JSONDecoder()
_HEAD_CHARACTERS = 200
_FENCED = Pattern(r"(?:\{\s*\"role\"\s*:\s*\"\w+\"\s*,\s*\"content\"\s*:\s*\")?<memories note=\\{0,3}\"\Z")
_AFTER_MESSAGE = Pattern(r"\"\s*\}")
_OBJECT = Pattern(r"\{\s*\\?\"note\\?\"\s*:\s*\\?\"\Z")
_CODE = Pattern(r":[\s>]{0,64}?(?P<fence>`{3,})text(?=\n|\\n)")
_LINES = Pattern(
    r"[^\n]*(?:\n[ \t>]*"
    r"(?:\d{1,2} [A-Z][a-z]{2} \d{4,} [^:\n]{1,300}: [^\n]*|\{\"date\"[^\n]*|\]\}[^\n]*|`{3,}))*+"
)


def blocks_in(content: str) -> Iterator[Span]:
    """The blocks, in order. One whose end is cut off goes as far as its lines do."""
    place = content.find(NOTE)
    for _ in range(limits.RECALLED_BLOCKS_MAX):
        if place < 0:
            return
        span = _block_at(content, place)
        if span is not None:
            yield span
        place = content.find(NOTE, span.end if span else place + len(NOTE))


def _block_at(content: str, place: int) -> Span | None:
    """The block in which the note stands; None for a note that no block begins with."""
    before = content[max(0, place - _HEAD_CHARACTERS) : place]
    if before.endswith(HEADING):
        return Span(place - len(HEADING), _end_of_code(content, place + len(NOTE)))
    fenced = _FENCED.search(before)
    if fenced:
        return Span(place - len(fenced[0]), _end_of_fence(content, place, is_message=fenced[0][0] == "{"))
    listed = _OBJECT.search(before)
    return Span(place - len(listed[0]), _end_of_object(content, place, listed[0])) if listed else None


def _end_of_code(content: str, place: int) -> int:
    """Behind the fence: it is longer than any run of backticks inside."""
    opening = _CODE.compiled.match(content, place)
    closing = -1 if opening is None else content.find(opening["fence"], opening.end())
    return _end_of_lines(content, place) if closing < 0 or not opening else closing + len(opening["fence"])


def _end_of_fence(content: str, place: int, *, is_message: bool) -> int:
    closing = content.find(CLOSING, place)
    if closing < 0:
        return _end_of_lines(content, place)
    end = closing + len(CLOSING)
    after = _AFTER_MESSAGE.compiled.match(content, end) if is_message else None
    return after.end() if after else end


def _end_of_object(content: str, place: int, head: str) -> int:
    try:
        _, end = _DECODER.raw_decode(content, place - len(head))
    except (ValueError, RecursionError):
        return _end_of_lines(content, place)
    return end


def _end_of_lines(content: str, place: int) -> int:
    match = _LINES.compiled.match(content, place)
    return match.end() if match else place
