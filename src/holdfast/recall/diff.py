"""The recipe of ``diff``: the versions that memories were given between two instants, told as steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.difference import KIND_OF, Difference, DifferenceKind, Differences
from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of
from holdfast.domain.past import VersionChange, as_it_was, read_change_id
from holdfast.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope
    from holdfast.ports import MemoryStore, Step


def diff(
    scope: Scope, span: tuple[datetime, datetime], *, limit: int, after: str | None, store: MemoryStore
) -> Differences:
    """A page of what changed in the scope after the first instant and up to the second.

    Raises:
        InvalidInput: ``invalid_change_id``.
        NotFound: ``memory_not_found`` or ``change_not_found`` for an ``after`` that is not there.
    """
    since, until = span
    found = store.steps(scope, since, until, limit=limit + 1, after=_read_after(after))
    shown = found[:limit]
    last = shown[-1].version if len(found) > limit else None
    return Differences(
        since,
        until,
        tuple(_difference(step, store) for step in shown),
        None if last is None else change_id_of(last.memory_id, last.version),
    )


def _read_after(after: str | None) -> tuple[str, int] | None:
    if after is None:
        return None
    change = read_change_id(after)
    if not isinstance(change, VersionChange):
        raise InvalidInput(
            f"{after!r} is no place to go on from: give the after of the page before",
            code="invalid_change_id",
        )
    return change


def _difference(step: Step, store: MemoryStore) -> Difference:
    memory, version, before = step
    kind = KIND_OF[EventType(version.event)]
    return Difference(
        kind=kind,
        at=version.recorded_at,
        change_id=version.change_id,
        memory=as_it_was(memory, version),
        before=None if before is None else as_it_was(memory, before),
        by=_successor(memory, version.change_id, store) if kind is DifferenceKind.SUPERSEDED else None,
        reason=version.reason,
    )


def _successor(memory: Memory, change_id: str, store: MemoryStore) -> Memory | None:
    """The fact whose change closed a memory; None if it was erased since."""
    change = read_change_id(change_id)
    if change.memory_id == memory.id:
        return None
    try:
        return store.get(memory.scope.owner, change.memory_id)
    except NotFound:
        return None
