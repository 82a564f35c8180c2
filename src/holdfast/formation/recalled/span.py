"""A part of a message that may be recalled."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """From where to where; recalled by its marks or, with ``texts``, if memory holds each of them."""

    start: int
    end: int
    texts: tuple[str, ...] = ()
