"""What a language model proposes to do with the memories, and what of it was not accepted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.decision import Decision
    from holdfast.domain.memory import Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """One verb that a model proposes, checked against what it was shown.

    ``target_id`` is the memory that is updated, deleted or known already; an ADD has none. ``valid_at`` is
    when the statement began to be true, and ``time_words`` the words of the message that say so.
    ``positions`` are the messages, counted from 0, whose words support it, best first, and ``trust`` is how
    far the best of them are trusted.
    """

    verb: Decision
    target_id: str | None
    text: str
    kind: Kind
    subject: str | None
    attribute: str | None
    value: str | None
    valid_at: datetime | None
    time_words: str | None
    importance: float
    entities: tuple[str, ...]
    positions: tuple[int, ...]
    trust: float = 0.0


class DropReason(StrEnum):
    """Why an operation of a reply was not accepted."""

    NOT_AN_OPERATION = "not_an_operation"
    UNKNOWN_VERB = "unknown_verb"
    UNKNOWN_HANDLE = "unknown_handle"
    EMPTY_TEXT = "empty_text"
    TEXT_TOO_LONG = "text_too_long"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    UNSUPPORTED = "unsupported"
    UNTRUSTED = "untrusted"
    SAME_TARGET = "same_target"
    SAME_TEXT = "same_text"
    TOO_MANY = "too_many"
    TOO_MANY_DELETES = "too_many_deletes"


@dataclass(frozen=True, slots=True)
class Dropped:
    """An operation that was not accepted: its place in the reply, counted from 0, and why."""

    place: int
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Proposals:
    """A reply as it was understood."""

    accepted: tuple[Proposal, ...] = ()
    dropped: tuple[Dropped, ...] = ()
