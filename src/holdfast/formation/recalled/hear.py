"""Tells what messages say themselves from what they only repeat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from holdfast import limits
from holdfast.domain.memory import origin_of
from holdfast.domain.rendering import NOTE
from holdfast.domain.wording import wording
from holdfast.formation.recalled.blocks import blocks_in
from holdfast.formation.recalled.quotes import documents_in, echo_in, lines_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Message
    from holdfast.domain.scope import Scope
    from holdfast.formation.recalled.span import Span

    Held = Mapping[int, Sequence[Memory]]

_NOTHING_SAID = re.compile(r"[\W_]*\Z")


class Wordings(Protocol):
    """Knows which memories have which words, as a ``MemoryStore`` does."""

    def worded(self, scope: Scope, wordings: Sequence[int]) -> Held:
        """The memories that the scope covers with words of these ``domain.wording``s."""
        ...


class Heard(NamedTuple):
    """What a message says itself, and the memories that it only repeats.

    ``own`` is None where all of it is its own, and empty where all of it is recalled.
    """

    own: str | None = None
    memories: tuple[Memory, ...] = ()

    @property
    def is_recalled(self) -> bool:
        """Whether the message says nothing of its own."""
        return self.own == ""


ALL_OWN = Heard()
"""Of a message without a sign of recall."""


def hear(messages: Sequence[Message], scope: Scope, *, store: Wordings) -> tuple[Heard, ...]:
    """What each of the messages says itself; the store is asked only where there is a sign of recall."""
    spans = [tuple(_spans_in(message)) for message in messages]
    texts = [text for of_one in spans for span in of_one for text in span.texts]
    asked = {wording(text) for text in texts[: limits.RECALLED_TEXTS_MAX]}
    held = store.worded(scope.person, tuple(asked)) if asked else {}
    return tuple(
        _heard(message, of_one, held) if of_one else ALL_OWN
        for message, of_one in zip(messages, spans, strict=True)
    )


def _spans_in(message: Message) -> Iterator[Span]:
    """The parts that may be recalled, in order; none within another."""
    content = message.content
    blocks = list(blocks_in(content)) if NOTE in content else []
    others = [*lines_in(content), *(documents_in(content) if "{" in content else ())]
    found = sorted([*blocks, *(other for other in others if not _is_within(other, blocks))])
    last = 0
    for span in found:
        if span.start >= last:
            yield span
            last = span.end
    if not found:
        yield from echo_in(message)


def _is_within(span: Span, blocks: Sequence[Span]) -> bool:
    return any(block.start < span.end and span.start < block.end for block in blocks)


def _heard(message: Message, spans: Sequence[Span], held: Held) -> Heard:
    recalled = [span for span in spans if _is_recalled(span, message, held)]
    if not recalled:
        return ALL_OWN
    parts, last = [], 0
    for span in recalled:
        parts.append(message.content[last : span.start])
        last = span.end
    own = "\n".join(part.strip() for part in (*parts, message.content[last:]) if part.strip())
    known = [memory for span in recalled for text in span.texts for memory in held[wording(text)]]
    return Heard("" if _NOTHING_SAID.match(own) else own, tuple({each.id: each for each in known}.values()))


def _is_recalled(span: Span, message: Message, held: Held) -> bool:
    is_echo = span.texts == (message.content,)
    return all(
        any(not (is_echo and _says_it_itself(memory, message)) for memory in held.get(wording(text), ()))
        for text in span.texts
    )


def _says_it_itself(memory: Memory, message: Message) -> bool:
    """Whether somebody like the speaker said it first: who repeats himself recalls nothing."""
    return memory.origin is origin_of(message.role, message.origin)
