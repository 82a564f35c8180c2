"""What goes with the memory of a message when it is deleted, and comes back with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of
from holdfast.domain.past import stands
from holdfast.formation.slots import is_open, look_at_places
from holdfast.ports import Revise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.memory import Memory, Source
    from holdfast.domain.statement import Slot
    from holdfast.formation.kit import FormationKit
    from holdfast.ports import Dependent

WITHOUT_SOURCE = "the message that it was derived from was deleted"
FEWER_SOURCES = "one of the messages that it was derived from was deleted"
BACK = "the message that it was derived from is back"


class Along(NamedTuple):
    """What a change of one memory does to others, as ``ports.ReviseTogether`` has it."""

    revisions: tuple[Revise, ...] = ()
    taken_off: tuple[tuple[str, Source], ...] = ()
    put_back: tuple[tuple[str, datetime], ...] = ()
    seen: Mapping[Slot, tuple[int, int, int]] = MappingProxyType({})


def gone_with(before: Memory, after: Memory, *, kit: FormationKit) -> Along:
    """What was derived from the messages of a memory alone is deleted with it; the rest loses a source."""
    change = change_id_of(after.id, after.version)
    dependents = kit.store.dependents(after.scope.owner, after.id, before.sources)
    return Along(
        tuple(without_sources(each, change=change, at=after.updated_at) for each in dependents),
        taken_off_of(dependents),
    )


def without_sources(dependent: Dependent, *, change: str, at: datetime) -> Revise:
    """A derived memory whose sources here are gone."""
    memory = replace(dependent.memory, version=dependent.memory.version + 1, updated_at=at)
    if dependent.is_left:
        gone = replace(memory, expired_at=at)
        return Revise(gone, memory.version - 1, EventType.DELETED, reason=WITHOUT_SOURCE, change=change)
    return Revise(memory, memory.version - 1, EventType.UPDATED, reason=FEWER_SOURCES, change=change)


def taken_off_of(dependents: Sequence[Dependent]) -> tuple[tuple[str, Source], ...]:
    """The sources that these lose; one that is deleted keeps its own."""
    return tuple(
        (each.memory.id, source) for each in dependents if not each.is_left for source in each.sources
    )


def back_with(before: Memory, after: Memory, *, kit: FormationKit) -> Along:
    """What went with a memory comes back with it, where nothing was done to it since.

    A fact whose place another has taken meanwhile stays deleted.
    """
    owner, change = after.scope.owner, change_id_of(after.id, after.version)
    gone = kit.store.change(owner, before.id, before.version)
    if gone.id != change_id_of(before.id, before.version):
        return Along()
    others = [(kit.store.get(owner, each.memory_id), each) for each in gone.versions[1:]]
    unchanged = [(memory, each) for memory, each in others if stands(memory, each)]
    returned = [replace(memory, expired_at=None) for memory, _ in unchanged]
    opened = [
        each for each, (memory, _) in zip(returned, unchanged, strict=True) if is_open(each) > is_open(memory)
    ]
    places = look_at_places(opened, (), kit=kit)
    return Along(
        tuple(
            Revise(
                replace(memory, version=memory.version + 1, updated_at=after.updated_at),
                memory.version,
                EventType.RESTORED,
                reason=BACK,
                change=change,
            )
            for memory in returned
            if memory.id not in places.taken_by
        ),
        put_back=tuple(
            (memory.id, each.recorded_at) for memory, each in unchanged if memory.id in gone.lost_sources
        ),
        seen=places.seen,
    )
