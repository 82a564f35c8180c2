"""What deriving the facts anew would change, or changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.scope import Scope
    from holdfast.ports import Usage

REBUILD = "rebuild"
"""Who makes the versions that a rebuild brings about, as the history tells it."""


class RebuildKind(StrEnum):
    """What becomes of a fact."""

    ADDED = "added"
    CLOSED = "closed"
    CHANGED = "changed"
    DROPPED = "dropped"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class RebuildDifference:
    """One fact that would not stay as it is.

    ``memory_id`` is None for one that is not there yet. ``invalid_at`` is when it ceased to be true by the
    new reading.
    """

    kind: RebuildKind
    text: str
    scope: Scope
    memory_id: str | None
    valid_at: datetime
    invalid_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found and, if it was to switch, did.

    Attributes:
        extractor: who read the messages: ``rules``, or the model.
        episodes: how many were read.
        messages: the messages in them that are still known.
        added: facts that are new, or that an earlier rebuild had retired.
        closed: facts that have ceased to be true by the new reading.
        changed: facts of the same words that hold since or until another time, or are of another kind.
        dropped: facts that the new reading does not give.
        kept: facts that both give.
        by_hand: facts that somebody has updated, promoted, rated, related, restored or deleted: left alone.
        differences: the first of those that do not stay, ``REBUILD_DIFFERENCES_MAX`` at most.
        usage: the tokens that a model took for the comparison, in all calls for it so far.
        cost_usd: their price; None where nobody knows it.
        switched: whether the store has been switched; else it is as it was.
        change_ids: what ``undo`` takes, in the order in which they were made: the last is undone first.
    """

    extractor: str
    episodes: int
    messages: int
    added: int
    closed: int
    changed: int
    dropped: int
    kept: int
    by_hand: int
    differences: tuple[RebuildDifference, ...]
    usage: Usage
    cost_usd: float | None
    switched: bool = False
    change_ids: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether no fact would be added, closed, changed or dropped."""
        return not (self.added or self.closed or self.changed or self.dropped)
