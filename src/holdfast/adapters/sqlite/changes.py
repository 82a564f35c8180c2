"""What a change did, and what depends on the messages that a memory holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.rows import Row, from_blob, memories_by_key, read_memories, to_blob, versions_of
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import to_microseconds
from holdfast.domain.past import VersionChange, read_change_id
from holdfast.errors import NotFound
from holdfast.ports import Changed, Dependent, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

    from holdfast.adapters.sqlite.reach import Reach
    from holdfast.domain.memory import Memory, Source, Version

_SQL = read_statements("past.sql")

Place = tuple[int, int, int, int]
"""When, whether a memory was there before, which memory, which version: the order of steps."""

_FIRST: Place = (-(2**63), 0, 0, 0)


def read_change(connection: apsw.Connection, key: int, memory: Memory, version: int) -> Changed:
    """The change that brought about a version of a memory, with all versions that are a part of it.

    Raises:
        NotFound: ``change_not_found``.
    """
    change_id = _version_in(connection, key, memory, version).change_id
    found = dict(_parts(connection, change_id))
    lost = (
        each.memory_id
        for part_key, each in found.items()
        if connection.execute(_SQL["lost_sources"], (part_key, to_microseconds(each.recorded_at))).get
    )
    return Changed(change_id, tuple(found.values()), frozenset(lost))


def place_of(connection: apsw.Connection, key: int, memory: Memory, version: int) -> Place:
    """Where a version of a memory stands in the order of steps.

    Raises:
        NotFound: ``change_not_found``.
    """
    at = to_microseconds(_version_in(connection, key, memory, version).recorded_at)
    return at, int(version > 1), key, version


def read_steps(
    connection: apsw.Connection, reach: Reach, span: tuple[int, int], *, limit: int, behind: Place | None
) -> tuple[Step, ...]:
    """The versions that memories within reach were given in a span, in the order of their places."""
    inside = reach.condition()
    sql = _SQL["steps"].replace("{reach}", inside.sql)
    values = (*inside.values, *span, *inside.values, *span, *(behind or _FIRST), limit)
    places: list[Row] = connection.execute(sql, values).fetchall()
    memories = memories_by_key(connection, [*dict.fromkeys(key for key, _ in places)])
    versions = {key: versions_of(connection, key, memory) for key, memory in memories.items()}
    return tuple(_step(memories[key], versions[key], number) for key, number in places)


def _step(memory: Memory, versions: Sequence[Version], number: int) -> Step:
    by_number = {version.version: version for version in versions}
    return Step(memory, by_number[number], by_number.get(number - 1))


def _version_in(connection: apsw.Connection, key: int, memory: Memory, number: int) -> Version:
    for version in versions_of(connection, key, memory):
        if version.version == number:
            return version
    raise NotFound(
        f"memory {memory.id} has no version {number}: its history lists those there are",
        code="change_not_found",
        memory_id=memory.id,
        version=number,
    )


def _parts(connection: apsw.Connection, change_id: str) -> Iterator[tuple[int, Version]]:
    """The versions of a change by the keys of their memories, the one that it is called after first."""
    leading = read_change_id(change_id)
    if isinstance(leading, VersionChange):
        yield from _version_of(connection, "WHERE m.id = ?", to_blob(leading.memory_id), leading.version)
    rows: list[Row] = connection.execute(_SQL["parts_of_change"], (change_id,)).fetchall()
    for key, number in rows:
        yield from _version_of(connection, "WHERE m.key = ?", key, number)


def _version_of(
    connection: apsw.Connection, condition: str, value: apsw.SQLiteValue, number: int
) -> Iterator[tuple[int, Version]]:
    for key, memory in read_memories(connection, condition, (value,)).items():
        for version in versions_of(connection, key, memory):
            if version.version == number:
                yield key, version


def read_dependents(
    connection: apsw.Connection, key: int, sources: Sequence[Source]
) -> tuple[Dependent, ...]:
    """What is derived from messages that no other undeleted memory holds."""
    wanted = json.dumps([[source.episode_id.replace("-", ""), source.position] for source in sources])
    rows: list[Row] = connection.execute(_SQL["dependents"], (key, wanted)).fetchall()
    memories = memories_by_key(connection, [*dict.fromkeys(row[0] for row in rows)])
    places = {(dependent, from_blob(episode), position) for dependent, episode, position in rows}
    return tuple(
        Dependent(
            memory,
            tuple(
                source
                for source in memory.sources
                if (dependent, source.episode_id, source.position) in places
            ),
        )
        for dependent, memory in sorted(memories.items())
    )
