"""What a change did, and what depends on the messages that a memory holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.rows import Row, from_blob, memories_by_key, read_memories, to_blob, versions_of
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import to_microseconds
from holdfast.domain.past import VersionChange, read_change_id
from holdfast.errors import NotFound
from holdfast.ports import Changed, Dependent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

    from holdfast.domain.memory import Memory, Source, Version

_SQL = read_statements("past.sql")


def read_change(connection: apsw.Connection, key: int, memory: Memory, version: int) -> Changed:
    """The change that brought about a version of a memory, with all versions that are a part of it.

    Raises:
        NotFound: ``change_not_found``.
    """
    named = [each for each in versions_of(connection, key, memory) if each.version == version]
    if not named:
        raise NotFound(
            f"memory {memory.id} has no version {version}: its history lists those there are",
            code="change_not_found",
            memory_id=memory.id,
            version=version,
        )
    change_id = named[0].change_id
    found = dict(_parts(connection, change_id))
    lost = (
        each.memory_id
        for part_key, each in found.items()
        if connection.execute(_SQL["lost_sources"], (part_key, to_microseconds(each.recorded_at))).get
    )
    return Changed(change_id, tuple(found.values()), frozenset(lost))


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
