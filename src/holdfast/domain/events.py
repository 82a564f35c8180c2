"""What happened, in the past tense: one event for each change of a memory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.domain.text import require_name
from holdfast.errors import InvalidInput
from holdfast.limits import NAME_CHARACTERS_MAX

if TYPE_CHECKING:
    from datetime import datetime

EVERYTHING = "*"


class EventType(StrEnum):
    """The kinds of event, as subscribers name them."""

    CREATED = "memory.created"
    UPDATED = "memory.updated"
    DELETED = "memory.deleted"
    RESTORED = "memory.restored"
    RELATED = "memory.related"
    RATED = "memory.rated"
    SUPERSEDED = "memory.superseded"
    INVALIDATED = "memory.invalidated"
    PROMOTED = "memory.promoted"


@dataclass(frozen=True, slots=True)
class MemoryEvent:
    """One change of one memory, numbered in the order in which the store took it."""

    number: int
    type: EventType
    memory_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody with a name who has had all events up to a number.

    Attributes:
        name: by which it comes back.
        number: the last event that it has had.
        behind: how many events that are kept it has not had.
        seen_at: when it last moved on.
    """

    name: str
    number: int
    behind: int
    seen_at: datetime


def read_event_types(pattern: str) -> frozenset[EventType]:
    """The types that a pattern means: one by its name, ``memory.*`` for all of a group, or ``*``.

    Raises:
        InvalidInput: ``unknown_event`` for a pattern that no event can match.
    """
    if pattern == EVERYTHING:
        return frozenset(EventType)
    group = pattern.removesuffix(EVERYTHING)
    found = frozenset(
        event
        for event in EventType
        if event.value == pattern or (group != pattern and group.endswith(".") and event.startswith(group))
    )
    if not found:
        raise InvalidInput(
            f"no event is called {pattern!r}; there are {', '.join(EventType)}, and 'memory.*' for all",
            code="unknown_event",
        )
    return found


def read_subscriber_name(name: str) -> str:
    """The name of a subscriber, checked.

    Raises:
        InvalidInput: ``invalid_name``.
    """
    return require_name(name, what="the subscriber's name", characters_max=NAME_CHARACTERS_MAX)
