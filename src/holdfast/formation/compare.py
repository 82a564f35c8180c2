"""Sets apart what is new in a conversation, what is said or sent again, and what is only recalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from holdfast.domain.message import Message, fingerprint

if TYPE_CHECKING:
    from holdfast.formation.recalled.hear import Heard


class Novelty(Enum):
    """What a message is to the scope it is added to."""

    NEW = auto()
    SAID_AGAIN = auto()
    SENT_AGAIN = auto()
    RECALLED = auto()


@dataclass(frozen=True, slots=True)
class Compared:
    """A message with its fingerprint, what it is to the scope, and what it says itself."""

    message: Message
    fingerprint: bytes
    novelty: Novelty
    heard: Heard

    @property
    def own(self) -> Message:
        """The message without what it only repeats."""
        return self.message if self.heard.own is None else replace(self.message, content=self.heard.own)


def compare(
    messages: Sequence[Message], heard: Sequence[Heard], known: Mapping[bytes, object]
) -> tuple[Compared, ...]:
    """What each message is, given what it says itself and the fingerprints that the scope knows.

    A known message that bears an id or a time of its own was sent again. So were the known messages at the
    head of a longer list: agents resend the conversation so far. Any other known message was said again: it
    is evidence of its own for the memory that is there. A message that says nothing of its own is
    recalled, or was sent again where one behind it was.
    """
    seen: set[bytes] = set(known)
    compared: list[Compared] = []
    at_head = len(messages) > 1
    for message, own in zip(messages, heard, strict=True):
        digest = fingerprint(message)
        novelty = (
            Novelty.RECALLED if own.is_recalled else _novelty(message, known=digest in seen, at_head=at_head)
        )
        compared.append(Compared(message, digest, novelty, own))
        seen.add(digest)
        at_head = at_head and novelty in {Novelty.SENT_AGAIN, Novelty.RECALLED}
    return _sent_again_with_others(compared)


def _sent_again_with_others(compared: list[Compared]) -> tuple[Compared, ...]:
    last = max((n for n, each in enumerate(compared) if each.novelty is Novelty.SENT_AGAIN), default=-1)
    return tuple(
        replace(each, novelty=Novelty.SENT_AGAIN) if n < last and each.novelty is Novelty.RECALLED else each
        for n, each in enumerate(compared)
    )


def _novelty(message: Message, *, known: bool, at_head: bool) -> Novelty:
    if not known:
        return Novelty.NEW
    has_identity = message.id is not None or message.at is not None
    return Novelty.SENT_AGAIN if has_identity or at_head else Novelty.SAID_AGAIN
