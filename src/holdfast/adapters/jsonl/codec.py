"""Records as JSON objects and back, without loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from holdfast.domain.entity import Relation
from holdfast.domain.instant import iso, read_instant
from holdfast.domain.memory import Kind, Memory, Origin, Source, State, Tier, Version
from holdfast.domain.message import Episode, Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.domain.record import EpisodeRecord, MemoryRecord, Record, RelationRecord
from holdfast.domain.scope import Scope

Json = Mapping[str, Any]  # what a JSON parser returns; decoding checks it


def encode(record: Record) -> dict[str, Any]:
    """The record as an object that JSON can hold; ``type`` says which kind it is."""
    match record:
        case EpisodeRecord():
            return {"type": "episode", **_encode_episode(record.episode)}
        case MemoryRecord():
            return {
                "type": "memory",
                **_encode_memory(record.memory),
                "fingerprint": record.fingerprint.hex(),
                "versions": [_encode_version(version) for version in record.versions],
            }
        case RelationRecord():
            return {
                "type": "relation",
                "tenant": record.scope.tenant,
                **_encode_relation(record.relation),
            }
        case _:
            assert_never(record)


def decode(given: Json) -> Record:
    """The record in such an object.

    Raises:
        KeyError, TypeError, ValueError: when something is missing or is not what it should be.
    """
    match given["type"]:
        case "episode":
            return EpisodeRecord(_decode_episode(given))
        case "memory":
            versions = tuple(_decode_version(given["id"], version) for version in given["versions"])
            return MemoryRecord(_decode_memory(given), versions, bytes.fromhex(given["fingerprint"]))
        case "relation":
            return RelationRecord(Scope.whole_tenant(tenant=given["tenant"]), _decode_relation(given))
        case other:
            raise ValueError(f"unknown record type {other!r}")


def _encode_scope(scope: Scope) -> dict[str, str | None]:
    return {
        "tenant": scope.tenant,
        "user_id": scope.user_id,
        "agent_id": scope.agent_id,
        "session_id": scope.session_id,
    }


def _decode_scope(given: Json) -> Scope:
    return Scope(given["tenant"], given["user_id"], given["agent_id"], given["session_id"])


def _encode_episode(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.id,
        "scope": _encode_scope(episode.scope),
        "created_at": iso(episode.created_at),
        "metadata": dict(episode.metadata),
        "messages": [
            {
                "role": message.role.value,
                "name": message.name,
                "id": message.id,
                "at": _optional_iso(message.at),
                "content": message.content,
            }
            for message in episode.messages
        ],
    }


def _decode_episode(given: Json) -> Episode:
    return Episode(
        id=given["id"],
        scope=_decode_scope(given["scope"]),
        messages=tuple(
            Message(
                Role(item["role"]),
                item["content"],
                item["name"],
                item["id"],
                _optional_instant(item["at"]),
            )
            for item in given["messages"]
        ),
        created_at=_instant(given["created_at"]),
        metadata=read_metadata(given["metadata"]),
    )


def _encode_memory(memory: Memory) -> dict[str, Any]:
    return {
        "id": memory.id,
        "text": memory.text,
        "scope": _encode_scope(memory.scope),
        "kind": memory.kind.value,
        "tier": memory.tier.value,
        "state": memory.state.value,
        "origin": memory.origin.value,
        "trust": memory.trust,
        "importance": memory.importance,
        "metadata": dict(memory.metadata),
        "entities": list(memory.entities),
        "sources": [_encode_source(source) for source in memory.sources],
        "version": memory.version,
        "valid_at": iso(memory.valid_at),
        "invalid_at": _optional_iso(memory.invalid_at),
        "created_at": iso(memory.created_at),
        "updated_at": iso(memory.updated_at),
        "expired_at": _optional_iso(memory.expired_at),
        "expires_at": _optional_iso(memory.expires_at),
        "accessed_at": _optional_iso(memory.accessed_at),
        "access_count": memory.access_count,
    }


def _decode_memory(given: Json) -> Memory:
    return Memory(
        id=given["id"],
        text=given["text"],
        scope=_decode_scope(given["scope"]),
        kind=Kind(given["kind"]),
        tier=Tier(given["tier"]),
        state=State(given["state"]),
        origin=Origin(given["origin"]),
        trust=float(given["trust"]),
        importance=float(given["importance"]),
        metadata=read_metadata(given["metadata"]),
        entities=tuple(given["entities"]),
        sources=tuple(_decode_source(source) for source in given["sources"]),
        version=int(given["version"]),
        valid_at=_instant(given["valid_at"]),
        invalid_at=_optional_instant(given["invalid_at"]),
        created_at=_instant(given["created_at"]),
        updated_at=_instant(given["updated_at"]),
        expired_at=_optional_instant(given["expired_at"]),
        expires_at=_optional_instant(given["expires_at"]),
        accessed_at=_optional_instant(given["accessed_at"]),
        access_count=int(given["access_count"]),
    )


def _encode_source(source: Source) -> dict[str, Any]:
    return {
        "episode_id": source.episode_id,
        "position": source.position,
        "message_id": source.message_id,
        "role": source.role.value,
        "name": source.name,
        "at": iso(source.at),
    }


def _decode_source(given: Json) -> Source:
    return Source(
        episode_id=given["episode_id"],
        position=int(given["position"]),
        message_id=given["message_id"],
        role=Role(given["role"]),
        name=given["name"],
        at=_instant(given["at"]),
    )


def _encode_version(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "event": version.event,
        "text": version.text,
        "importance": version.importance,
        "metadata": dict(version.metadata),
        "expires_at": _optional_iso(version.expires_at),
        "deleted": version.deleted,
        "recorded_at": iso(version.recorded_at),
        "reason": version.reason,
    }


def _decode_version(memory_id: str, given: Json) -> Version:
    return Version(
        memory_id=memory_id,
        version=int(given["version"]),
        event=given["event"],
        text=given["text"],
        importance=float(given["importance"]),
        metadata=read_metadata(given["metadata"]),
        expires_at=_optional_instant(given["expires_at"]),
        deleted=bool(given["deleted"]),
        recorded_at=_instant(given["recorded_at"]),
        reason=given["reason"],
    )


def _encode_relation(relation: Relation) -> dict[str, Any]:
    return {
        "id": relation.id,
        "relation": relation.type,
        "from_id": relation.from_id,
        "to_id": relation.to_id,
        "strength": relation.strength,
        "created_at": iso(relation.created_at),
    }


def _decode_relation(given: Json) -> Relation:
    return Relation(
        id=given["id"],
        type=given["relation"],
        from_id=given["from_id"],
        to_id=given["to_id"],
        strength=float(given["strength"]),
        created_at=_instant(given["created_at"]),
    )


def _instant(text: str) -> datetime:
    return read_instant(text, what="a time")


def _optional_instant(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _optional_iso(instant: datetime | None) -> str | None:
    return None if instant is None else iso(instant)
