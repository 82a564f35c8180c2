"""Which facts somebody has had a hand in: a rebuild leaves them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of
from holdfast.domain.rebuilding import REBUILD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.domain.memory import Memory, Version
    from holdfast.ports import MemoryStore

_OF_HANDS = frozenset({EventType.UPDATED, EventType.RESTORED, EventType.PROMOTED, EventType.DELETED})


def is_retired(versions: Sequence[Version]) -> bool:
    """Whether a rebuild has deleted it, and nobody has touched it since."""
    return versions[-1].deleted and versions[-1].by == REBUILD


def is_by_hand(memory: Memory, versions: Sequence[Version], *, store: MemoryStore) -> bool:
    """Whether somebody has updated, promoted, rated, related, restored or deleted it.

    What went or came back along with a message is the work of nobody; so is what a rebuild did, and what
    another fact closed.
    """
    if memory.useful_count or memory.useless_count:
        return True
    return any(map(_is_of_hands, versions)) or _is_related(memory, store)


def _is_of_hands(version: Version) -> bool:
    is_own = version.change_id == change_id_of(version.memory_id, version.version)
    because = version.reason or ""
    return version.event in _OF_HANDS and version.by != REBUILD and (is_own or because.startswith("undo of"))


def _is_related(memory: Memory, store: MemoryStore) -> bool:
    """Whether somebody has linked it: a link that was derived is as old as the fact that it goes out from."""
    links = store.related(memory.scope.owner, memory.id, type=None, limit=limits.RELATED_LIMIT_MAX)
    return any(
        link.relation.created_at != (memory if link.outgoing else link.memory).created_at for link in links
    )
