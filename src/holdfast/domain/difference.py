"""What changed between two instants, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.domain.events import EventType
from holdfast.domain.instant import Instant, iso, read_instant
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory


class DifferenceKind(StrEnum):
    """What happened to a memory."""

    CREATED = "created"
    UPDATED = "updated"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    DELETED = "deleted"
    RESTORED = "restored"


KIND_OF = {
    EventType.CREATED: DifferenceKind.CREATED,
    EventType.UPDATED: DifferenceKind.UPDATED,
    EventType.SUPERSEDED: DifferenceKind.SUPERSEDED,
    EventType.INVALIDATED: DifferenceKind.ENDED,
    EventType.DELETED: DifferenceKind.DELETED,
    EventType.RESTORED: DifferenceKind.RESTORED,
}
"""Of the events that make a version."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One step: what happened to a memory, and when.

    Attributes:
        kind: what happened.
        at: when the system learned it.
        change_id: the change that it is a part of; ``undo`` takes it.
        memory: the memory as it was after that.
        before: as it was before; None for a new one.
        by: the fact that took its place, for a superseded one.
        reason: why, where somebody said so.
    """

    kind: DifferenceKind
    at: datetime
    change_id: str
    memory: Memory
    before: Memory | None
    by: Memory | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Differences:
    """A page of what changed, in order; ``after`` continues behind the last step, None at the end."""

    since: datetime
    until: datetime
    steps: tuple[Difference, ...]
    after: str | None


def read_span(since: Instant, until: Instant | None, *, now: datetime) -> tuple[datetime, datetime]:
    """The instants that are compared; until now where none is given.

    Raises:
        InvalidInput: ``invalid_instant``, or ``invalid_span`` where the second is not after the first.
    """
    start = read_instant(since, what="since")
    end = now if until is None else read_instant(until, what="until")
    if end <= start:
        raise InvalidInput(f"until {iso(end)} is not after since {iso(start)}", code="invalid_span")
    return start, end
