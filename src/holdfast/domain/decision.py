"""What becomes of a statement, and what an ``add`` answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.domain.memory import change_id_of
from holdfast.domain.past import source_change_id_of

if TYPE_CHECKING:
    from holdfast.domain.job import JobError
    from holdfast.domain.memory import Memory
    from holdfast.ports import Usage

DONE, PROCESSING = "done", "processing"


class Decision(StrEnum):
    """The four verbs. An update supersedes and a delete invalidates: nothing is overwritten."""

    ADD = "ADD"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement did: the memory as it is now, and as it was when that differs.

    ``id`` is what ``undo`` takes; None where nothing was written that could be undone.
    """

    event: Decision
    memory: Memory
    previous: Memory | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Redaction:
    """How many secrets of a kind were taken out of what was given, before anything was stored."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class AddResult:
    """What an ``add`` did. When it is returned, everything in it is on disk, unless it was a dry run.

    ``changes`` is what became of the messages, ``facts`` what became of the facts derived from them,
    ``redacted`` the secrets that were taken out, by kind. ``status`` is ``done``, or ``processing`` while a
    language model has still to read what was said, or does; ``waiting_for`` then says why it did not, when it
    was asked. ``usage`` is what it was sent and what it wrote, in tokens; ``cost`` the price in US dollars,
    None where nobody knows it.
    """

    episode_id: str
    changes: tuple[Change, ...]
    facts: tuple[Change, ...] = ()
    status: str = DONE
    redacted: tuple[Redaction, ...] = ()
    usage: Usage | None = None
    cost: float | None = None
    waiting_for: JobError | None = None

    @property
    def memories(self) -> tuple[Memory, ...]:
        """The memories that hold what was said, new or already known."""
        return tuple(change.memory for change in self.changes)


def identified(change: Change) -> Change:
    """The change with its id, as it was written.

    What closes a fact of the same call is a part of that fact's own change, and has no id.
    """
    memory, previous = change.memory, change.previous
    match change.event:
        case Decision.NONE if previous is not None and memory.sources != previous.sources:
            return replace(change, id=source_change_id_of(memory.id, memory.sources[-1]))
        case Decision.ADD | Decision.UPDATE:
            return replace(change, id=change_id_of(memory.id, memory.version))
        case Decision.DELETE if memory.version > 1:
            return replace(change, id=change_id_of(memory.id, memory.version))
    return change
