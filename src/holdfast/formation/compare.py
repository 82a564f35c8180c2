"""Sets apart what is new in a conversation, what is said again, and what was only sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from holdfast.domain.message import Message, fingerprint


class Novelty(Enum):
    """What a message is to the scope it is added to."""

    NEW = auto()
    SAID_AGAIN = auto()
    SENT_AGAIN = auto()


@dataclass(frozen=True, slots=True)
class Compared:
    """A message with its fingerprint and what it is to the scope."""

    message: Message
    fingerprint: bytes
    novelty: Novelty


def compare(messages: Sequence[Message], known: Mapping[bytes, object]) -> tuple[Compared, ...]:
    """What each message is, given the fingerprints that the scope knows.

    A known message that bears an id or a time of its own was sent again. So were the known messages at the
    head of a longer list: agents resend the conversation so far. Any other known message was said again: it
    is evidence of its own for the memory that is there.
    """
    seen: set[bytes] = set(known)
    compared: list[Compared] = []
    at_head = len(messages) > 1
    for message in messages:
        digest = fingerprint(message)
        novelty = _novelty(message, known=digest in seen, at_head=at_head)
        compared.append(Compared(message, digest, novelty))
        seen.add(digest)
        at_head = at_head and novelty is Novelty.SENT_AGAIN
    return tuple(compared)


def _novelty(message: Message, *, known: bool, at_head: bool) -> Novelty:
    if not known:
        return Novelty.NEW
    has_identity = message.id is not None or message.at is not None
    return Novelty.SENT_AGAIN if has_identity or at_head else Novelty.SAID_AGAIN
