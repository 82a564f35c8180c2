"""Records as JSON objects and back, without loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from holdfast import limits
from holdfast.domain.entity import Relation, read_relation_type, read_strength
from holdfast.domain.events import EventType
from holdfast.domain.instant import iso, read_instant
from holdfast.domain.memory import Kind, Memory, Origin, Source, State, Tier, Version, read_importance
from holdfast.domain.message import Episode, Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.domain.origin import read_origin
from holdfast.domain.record import EpisodeRecord, MemoryRecord, Record, RelationRecord
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Statement
from holdfast.domain.text import require_name, require_text

FINGERPRINT_BYTES = 16
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
            versions = tuple(_decode_version(given["id"], version) for version in _filled(given["versions"]))
            return MemoryRecord(_decode_memory(given), versions, _fingerprint(given["fingerprint"]))
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
                **({"origin": message.origin.value} if message.origin else {}),
            }
            for message in episode.messages
        ],
    }


def _decode_episode(given: Json) -> Episode:
    return Episode(
        id=_id(given["id"]),
        scope=_decode_scope(given["scope"]),
        messages=tuple(
            Message(
                Role(item["role"]),
                _text(item["content"]),
                _optional_name(item["name"]),
                _optional_name(item["id"]),
                _optional_instant(item["at"]),
                read_origin(item["origin"]) if item.get("origin") else None,
            )
            for item in _filled(given["messages"])
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
        "useful_count": memory.useful_count,
        "useless_count": memory.useless_count,
        "statement": memory.statement and asdict(memory.statement),
    }


def _decode_memory(given: Json) -> Memory:
    return Memory(
        id=_id(given["id"]),
        text=_text(given["text"]),
        scope=_decode_scope(given["scope"]),
        kind=Kind(given["kind"]),
        tier=Tier(given["tier"]),
        state=State(given["state"]),
        origin=Origin(given["origin"]),
        trust=read_importance(given["trust"]),
        importance=read_importance(given["importance"]),
        metadata=read_metadata(given["metadata"]),
        entities=tuple(map(_name, given["entities"])),
        sources=tuple(_decode_source(source) for source in _filled(given["sources"])),
        version=_count(given["version"], least=1),
        valid_at=_instant(given["valid_at"]),
        invalid_at=_optional_instant(given["invalid_at"]),
        created_at=_instant(given["created_at"]),
        updated_at=_instant(given["updated_at"]),
        expired_at=_optional_instant(given["expired_at"]),
        expires_at=_optional_instant(given["expires_at"]),
        accessed_at=_optional_instant(given["accessed_at"]),
        access_count=_count(given["access_count"]),
        useful_count=_count(given["useful_count"]),
        useless_count=_count(given["useless_count"]),
        statement=_decode_statement(given.get("statement")),
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
        episode_id=_id(given["episode_id"]),
        position=_count(given["position"]),
        message_id=_optional_name(given["message_id"]),
        role=Role(given["role"]),
        name=_optional_name(given["name"]),
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
        "kind": version.kind.value,
        "tier": version.tier.value,
        "state": version.state.value,
        "trust": version.trust,
        "valid_at": iso(version.valid_at),
        "invalid_at": _optional_iso(version.invalid_at),
        "statement": version.statement and asdict(version.statement),
        "change_id": version.change_id,
        "by": version.by,
    }


def _decode_statement(given: Json | None) -> Statement | None:
    if given is None:
        return None
    return Statement(
        subject=_text(given["subject"]),
        attribute=_text(given["attribute"]),
        value=_text(given["value"]),
        is_single=bool(given["is_single"]),
        extractor=_text(given["extractor"]),
    )


def _decode_version(memory_id: str, given: Json) -> Version:
    return Version(
        memory_id=memory_id,
        version=_count(given["version"], least=1),
        event=EventType(given["event"]).value,
        text=_text(given["text"]),
        importance=read_importance(given["importance"]),
        metadata=read_metadata(given["metadata"]),
        expires_at=_optional_instant(given["expires_at"]),
        deleted=bool(given["deleted"]),
        recorded_at=_instant(given["recorded_at"]),
        reason=None if given["reason"] is None else _text(given["reason"]),
        kind=Kind(given["kind"]),
        tier=Tier(given["tier"]),
        state=State(given["state"]),
        trust=read_importance(given["trust"]),
        valid_at=_instant(given["valid_at"]),
        invalid_at=_optional_instant(given["invalid_at"]),
        statement=_decode_statement(given["statement"]),
        change_id=_name(given["change_id"]),
        by=_optional_name(given["by"]),
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
        id=_id(given["id"]),
        type=read_relation_type(given["relation"]),
        from_id=_id(given["from_id"]),
        to_id=_id(given["to_id"]),
        strength=read_strength(given["strength"]),
        created_at=_instant(given["created_at"]),
    )


def _id(text: str) -> str:
    return str(UUID(text))


def _text(text: object) -> str:
    return require_text(text, what="a text", characters_max=limits.MESSAGE_CHARACTERS_MAX)


def _name(text: object) -> str:
    return require_name(text, what="a name", characters_max=limits.NAME_CHARACTERS_MAX)


def _optional_name(text: object) -> str | None:
    return None if text is None else _name(text)


def _count(number: object, *, least: int = 0) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number < 2**63:
        raise ValueError(f"{number!r} is no whole number from {least} on")
    return number


def _fingerprint(digits: str) -> bytes:
    digest = bytes.fromhex(digits)
    if len(digest) != FINGERPRINT_BYTES:
        raise ValueError(f"a fingerprint has {FINGERPRINT_BYTES} bytes, not {len(digest)}")
    return digest


def _filled(items: object) -> list[Any]:
    if not isinstance(items, list) or not items:
        raise ValueError("a list is empty, or is none")
    return items


def _instant(text: str) -> datetime:
    return read_instant(text, what="a time")


def _optional_instant(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _optional_iso(instant: datetime | None) -> str | None:
    return None if instant is None else iso(instant)
