"""What a change did, and what depends on the messages that a memory holds, straight from the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.past import VersionChange, read_change_id
from holdfast.errors import NotFound
from holdfast.ports import Changed, Dependent, Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.memory import Source, Version
    from holdfast.testing.in_memory.data import Held, InMemoryData


def change_in(data: InMemoryData, held: Held, version: int) -> Changed:
    """The change that brought about a version of a memory."""
    change_id = _version_in(held, version).change_id
    found = [
        (other, each)
        for other in data.held.values()
        for each in other.versions
        if each.change_id == change_id
    ]
    leading = read_change_id(change_id)
    found.sort(
        key=lambda part: (
            not isinstance(leading, VersionChange) or part[0].memory.id != leading.memory_id,
            part[0].key,
        )
    )
    lost = {other.memory.id for other, each in found if each.recorded_at in other.taken_off.values()}
    return Changed(change_id, tuple(each for _, each in found), frozenset(lost))


def steps_in(
    inside: Sequence[Held], span: tuple[datetime, datetime], behind: tuple[Held, int] | None
) -> tuple[Step, ...]:
    """The versions that memories were given in a span, in order."""
    since, until = span
    first = None if behind is None else _step_place(behind[0], _version_in(*behind))
    found = [
        (_step_place(held, version), Step(held.memory, version, before))
        for held in inside
        for before, version in zip((None, *held.versions), held.versions, strict=False)
        if since < version.recorded_at <= until
    ]
    ordered = sorted(found, key=lambda each: each[0])
    return tuple(step for place, step in ordered if first is None or place > first)


def _step_place(held: Held, version: Version) -> tuple[datetime, bool, int, int]:
    return version.recorded_at, version.version > 1, held.key, version.version


def _version_in(held: Held, number: int) -> Version:
    for version in held.versions:
        if version.version == number:
            return version
    raise NotFound(
        f"memory {held.memory.id} has no version {number}: its history lists those there are",
        code="change_not_found",
        memory_id=held.memory.id,
        version=number,
    )


def dependents_in(data: InMemoryData, held: Held, sources: Sequence[Source]) -> tuple[Dependent, ...]:
    """What is derived from messages that no other undeleted memory holds."""
    if held.is_derived:
        return ()
    others = [
        other
        for other in data.held.values()
        if other is not held and not other.is_derived and not other.memory.is_deleted
    ]
    elsewhere = {_place(source) for other in others for source in other.memory.sources}
    alone = {_place(source) for source in sources} - elsewhere
    derived = [
        Dependent(other.memory, tuple(source for source in other.memory.sources if _place(source) in alone))
        for other in data.held.values()
        if other.is_derived and not other.memory.is_deleted
    ]
    return tuple(dependent for dependent in derived if dependent.sources)


def _place(source: Source) -> tuple[str, int]:
    return source.episode_id, source.position
