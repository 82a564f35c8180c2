"""The whole store as records, and records into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from holdfast import limits
from holdfast.adapters.sqlite import audit, writing
from holdfast.adapters.sqlite.reach import ensure_scope
from holdfast.adapters.sqlite.rows import (
    Row,
    from_blob,
    keys_to_json,
    metadata_from_json,
    optional_instant,
    read_memories,
    to_blob,
    versions_of,
)
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.instant import from_microseconds, to_microseconds
from holdfast.domain.message import Episode, Message, Role
from holdfast.domain.origin import Origin
from holdfast.domain.record import EpisodeRecord, MemoryRecord, Record, RelationRecord
from holdfast.domain.scope import Scope
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import apsw

    from holdfast.ports import EmbedderIdentity, Vector

_SQL = read_statements("transfer.sql")
_WRITES = read_statements("writes.sql")


def read_records(connection: apsw.Connection, tenant: str | None) -> Iterator[Record]:
    """Episodes, then memories, then relations: each after what it cites."""
    yield from _read_episodes(connection, tenant)
    yield from _read_memories(connection, tenant)
    yield from _read_relations(connection, tenant)


def _read_episodes(connection: apsw.Connection, tenant: str | None) -> Iterator[Record]:
    rows: list[Row] = connection.execute(_SQL["episode_keys"], (tenant,)).fetchall()
    for (key,) in rows:
        identifier, created_at, metadata, *names = connection.execute(_SQL["episode"], (key,)).get
        messages = tuple(
            Message(
                Role(role),
                content,
                name,
                message_id,
                optional_instant(at),
                Origin(origin) if origin else None,
            )
            for role, name, message_id, at, content, origin in connection.execute(
                _SQL["messages_of_episode"], (key,)
            )
        )
        yield EpisodeRecord(
            Episode(
                from_blob(identifier),
                Scope(*names),
                messages,
                from_microseconds(created_at),
                metadata_from_json(metadata),
            )
        )


def _read_memories(connection: apsw.Connection, tenant: str | None) -> Iterator[Record]:
    last = 0
    while batch := _next_fingerprints(connection, last, tenant):
        last = max(batch)
        found = read_memories(
            connection,
            "WHERE m.key IN (SELECT value FROM json_each(?)) ORDER BY m.key",
            (keys_to_json(batch),),
        )
        for key, memory in found.items():
            yield MemoryRecord(memory, versions_of(connection, key, memory), batch[key])


def _next_fingerprints(connection: apsw.Connection, last: int, tenant: str | None) -> dict[int, bytes]:
    rows: list[Row] = connection.execute(
        _SQL["memory_keys"], (last, tenant, limits.TRANSFER_BATCH)
    ).fetchall()
    return dict(rows)


def _read_relations(connection: apsw.Connection, tenant: str | None) -> Iterator[Record]:
    rows: list[Row] = connection.execute(_SQL["relations"], (tenant,)).fetchall()
    for identifier, relation_type, from_id, to_id, strength, created_at, name in rows:
        yield RelationRecord(
            Scope.whole_tenant(tenant=name),
            Relation(
                from_blob(identifier),
                relation_type,
                from_blob(from_id),
                from_blob(to_id),
                strength,
                from_microseconds(created_at),
            ),
        )


def write_records(
    connection: apsw.Connection,
    records: Sequence[Record],
    vectors: Mapping[str, Vector],
    identity: EmbedderIdentity,
) -> int:
    """Write what is not there yet; the number of records written."""
    written = [record for record in records if _write(connection, record, vectors, identity)]
    if written:
        connection.execute(_SQL["touch_all_homes"], (writing.next_change_number(connection),))
        audit.record(connection, at=_latest(written), action="load", target=b"", items=len(written))
    return len(written)


def _write(
    connection: apsw.Connection,
    record: Record,
    vectors: Mapping[str, Vector],
    identity: EmbedderIdentity,
) -> bool:
    match record:
        case EpisodeRecord():
            return _write_episode(connection, record.episode)
        case MemoryRecord():
            return _write_memory(connection, record, vectors, identity)
        case RelationRecord():
            return _write_relation(connection, record)
        case _:
            assert_never(record)


def _write_episode(connection: apsw.Connection, episode: Episode) -> bool:
    if connection.execute(_SQL["key_of_episode"], (to_blob(episode.id),)).get is not None:
        return False
    scope_key, _ = ensure_scope(connection, episode.scope)
    writing.insert_episode(connection, episode, scope_key)
    return True


def _write_memory(
    connection: apsw.Connection,
    record: MemoryRecord,
    vectors: Mapping[str, Vector],
    identity: EmbedderIdentity,
) -> bool:
    memory = record.memory
    if connection.execute(_WRITES["key_of_memory"], (to_blob(memory.id),)).get is not None:
        return False
    scope_key, home_key = ensure_scope(connection, memory.scope)
    cited = [_key_of_cited(connection, "episode", source.episode_id) for source in memory.sources]
    thread = writing.thread_of(memory.scope, scope_key, cited[0])
    place = writing.Place(scope_key, home_key, thread)
    key = writing.insert_memory(connection, memory, record.fingerprint, place)
    for episode_key, source in zip(cited, memory.sources, strict=True):
        connection.execute(_WRITES["insert_source"], (key, episode_key, source.position))
    if len(record.versions) > 1:
        for version in record.versions:
            writing.insert_version(connection, key, version)
    writing.insert_vectors(connection, identity, home_key, [(key, vectors[memory.id])])
    writing.announce(connection, EventType.CREATED, [memory.id], memory.created_at)
    return True


def _write_relation(connection: apsw.Connection, record: RelationRecord) -> bool:
    relation = record.relation
    from_key, to_key = (
        _key_of_cited(connection, "memory", end) for end in (relation.from_id, relation.to_id)
    )
    if connection.execute(_SQL["key_of_relation"], (from_key, relation.type, to_key)).get is not None:
        return False
    writing.insert_relation(connection, relation, from_key, to_key)
    return True


def _key_of_cited(connection: apsw.Connection, kind: str, identifier: str) -> int:
    statement = _SQL["key_of_episode"] if kind == "episode" else _WRITES["key_of_memory"]
    key: int | None = connection.execute(statement, (to_blob(identifier),)).get
    if key is None:
        raise InvalidInput(
            f"a record cites the {kind} {identifier}, which is neither in the store nor before it",
            code="invalid_export",
            cited=identifier,
        )
    return key


def _latest(records: Sequence[Record]) -> int:
    return max(map(_created_at, records))


def _created_at(record: Record) -> int:
    match record:
        case EpisodeRecord():
            return to_microseconds(record.episode.created_at)
        case MemoryRecord():
            return to_microseconds(record.memory.updated_at)
        case RelationRecord():
            return to_microseconds(record.relation.created_at)
        case _:
            assert_never(record)
