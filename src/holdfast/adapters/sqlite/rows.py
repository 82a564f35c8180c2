"""Rows to domain objects and back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import from_microseconds, to_microseconds
from holdfast.domain.memory import Kind, Memory, Origin, Source, State, Tier, Version, first_version
from holdfast.domain.message import Role
from holdfast.domain.metadata import NO_METADATA, Metadata
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Statement

if TYPE_CHECKING:
    from datetime import datetime

    import apsw


Row = tuple[Any, ...]  # SQLite decides the types; STRICT tables keep the promise

_SQL = read_statements("queries.sql")

_UUID_BYTES = 16

# Calling an enum costs five times as much as a dictionary, and every hit has five.
_KINDS = {kind.value: kind for kind in Kind}
_TIERS = {tier.value: tier for tier in Tier}
_STATES = {state.value: state for state in State}
_ORIGINS = {origin.value: origin for origin in Origin}
_ROLES = {role.value: role for role in Role}


def to_blob(identifier: str) -> bytes | None:
    """The 16 bytes of a UUID in text form; None for a text that is no UUID."""
    try:
        blob = bytes.fromhex(identifier.replace("-", ""))
    except (ValueError, AttributeError, TypeError):
        return None
    return blob if len(blob) == _UUID_BYTES and from_blob(blob) == identifier.lower() else None


def from_blob(blob: bytes) -> str:
    """The text form of a UUID's 16 bytes."""
    digits = blob.hex()  # a tenth of the time of going through uuid.UUID, and every hit has three ids
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def optional_microseconds(instant: datetime | None) -> int | None:
    """Microseconds since 1970, or None."""
    return None if instant is None else to_microseconds(instant)


def optional_instant(microseconds: int | None) -> datetime | None:
    """The instant, or None."""
    return None if microseconds is None else from_microseconds(microseconds)


def metadata_to_json(metadata: Metadata) -> str | None:
    """The metadata as JSON text; None for no metadata, which most memories have."""
    return json.dumps(dict(metadata), ensure_ascii=False, separators=(",", ":")) if metadata else None


def metadata_from_json(text: str | None) -> Metadata:
    """The metadata in a JSON text."""
    if text is None:
        return NO_METADATA
    return MappingProxyType(
        {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(text).items()}
    )


def keys_to_json(keys: Iterable[int]) -> str:
    """Keys as a JSON list, to be bound as one value and opened with ``json_each``."""
    return f"[{','.join(map(str, keys))}]"  # a third of the time of json.dumps


def read_memories(
    connection: apsw.Connection, condition: str, values: Sequence[apsw.SQLiteValue]
) -> dict[int, Memory]:
    """The memories ``m`` for which the condition holds, by key, in the order that it asks for."""
    rows: list[Row] = connection.execute(f"{_SQL['memory_columns']} {condition}", values).fetchall()
    keys = keys_to_json(row[0] for row in rows)
    scopes = _read_scopes(connection, {row[-1] for row in rows})
    sources = _read_sources(connection, keys)
    entities = _read_entities(connection, keys)
    return {
        row[0]: _to_memory(row, scopes[row[-1]], sources.get(row[0], ()), entities.get(row[0], ()))
        for row in rows
    }


def memories_by_key(connection: apsw.Connection, keys: Sequence[int]) -> dict[int, Memory]:
    """The memories with these keys, in no order."""
    return read_memories(connection, "WHERE m.key IN (SELECT value FROM json_each(?))", (keys_to_json(keys),))


def _read_scopes(connection: apsw.Connection, keys: Iterable[int]) -> Mapping[int, Scope]:
    """The scopes with these keys; their names were checked when they were written and need not be again."""
    return {
        key: Scope(*names)
        for key, *names in connection.execute(_SQL["names_of_scopes"], (keys_to_json(keys),))
    }


def _read_sources(connection: apsw.Connection, keys: str) -> Mapping[int, tuple[Source, ...]]:
    found: defaultdict[int, list[Source]] = defaultdict(list)
    for key, episode, position, message_id, role, name, at in connection.execute(
        _SQL["sources_of_memories"], (keys,)
    ):
        found[key].append(
            Source(from_blob(episode), position, message_id, _ROLES[role], name, from_microseconds(at))
        )
    return {key: tuple(sources) for key, sources in found.items()}


def _read_entities(connection: apsw.Connection, keys: str) -> Mapping[int, tuple[str, ...]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, name in connection.execute(_SQL["entities_of_memories"], (keys,)):
        found[key].append(name)
    return {key: tuple(names) for key, names in found.items()}


def _to_memory(row: Row, scope: Scope, sources: tuple[Source, ...], entities: tuple[str, ...]) -> Memory:
    (
        _key, identifier, text, kind, tier, state, origin, trust, importance, metadata, version,
        valid_at, invalid_at, created_at, updated_at, expired_at, expires_at, accessed_at,
        access_count, useful_count, useless_count, subject, attribute, value, is_single, extractor,
        _scope_key,
    ) = row  # fmt: skip
    return Memory(
        id=from_blob(identifier),
        text=text,
        scope=scope,
        kind=_KINDS[kind],
        tier=_TIERS[tier],
        state=_STATES[state],
        origin=_ORIGINS[origin],
        trust=trust,
        importance=importance,
        metadata=metadata_from_json(metadata),
        entities=entities,
        sources=sources,
        version=version,
        valid_at=from_microseconds(valid_at),
        invalid_at=optional_instant(invalid_at),
        created_at=from_microseconds(created_at),
        updated_at=from_microseconds(updated_at),
        expired_at=optional_instant(expired_at),
        expires_at=optional_instant(expires_at),
        accessed_at=optional_instant(accessed_at),
        access_count=access_count,
        useful_count=useful_count,
        useless_count=useless_count,
        statement=None
        if subject is None
        else Statement(subject, attribute, value, bool(is_single), extractor),
    )


def to_version(memory_id: str, row: Row) -> Version:
    """A row of ``versions_of_memory`` as a version."""
    version, event, text, importance, metadata, expires_at, deleted, recorded_at, reason, kind, trust, by = (
        row
    )
    return Version(
        memory_id=memory_id,
        version=version,
        event=event,
        text=text,
        importance=importance,
        metadata=metadata_from_json(metadata),
        expires_at=optional_instant(expires_at),
        deleted=bool(deleted),
        recorded_at=from_microseconds(recorded_at),
        reason=reason,
        kind=_KINDS[kind],
        trust=trust,
        by=by,
    )


def versions_of(connection: apsw.Connection, key: int, memory: Memory) -> tuple[Version, ...]:
    """Every content of a memory, oldest first."""
    rows: list[Row] = connection.execute(_SQL["versions_of_memory"], (key,)).fetchall()
    return tuple(to_version(memory.id, row) for row in rows) or (first_version(memory),)
