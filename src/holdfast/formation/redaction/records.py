"""Takes secrets out of the records of an export, which may come from a store that kept them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, assert_never

from holdfast.domain.record import EpisodeRecord, MemoryRecord, RelationRecord

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory, Version
    from holdfast.domain.message import Episode
    from holdfast.domain.record import Record
    from holdfast.domain.statement import Statement
    from holdfast.formation.redaction.redactor import Redactor


def redacted(record: Record, redactor: Redactor) -> Record:
    """The record without secrets.

    The fingerprint of a message with a secret is a digest of it too, and is replaced: that message is not
    known again.
    """
    match record:
        case EpisodeRecord():
            return EpisodeRecord(_episode(record.episode, redactor))
        case MemoryRecord():
            memory = _memory(record.memory, redactor)
            versions = tuple(_version(version, redactor) for version in record.versions)
            is_same = memory.text == record.memory.text and versions == record.versions
            return MemoryRecord(memory, versions, record.fingerprint if is_same else _fingerprint(memory))
        case RelationRecord():
            return record
        case _:
            assert_never(record)


def _episode(episode: Episode, redactor: Redactor) -> Episode:
    messages = tuple(replace(each, content=redactor.text(each.content)) for each in episode.messages)
    return replace(episode, messages=messages, metadata=redactor.metadata(episode.metadata))


def _memory(memory: Memory, redactor: Redactor) -> Memory:
    text = redactor.text(memory.text)
    entities = tuple(map(redactor.text, memory.entities))
    if text != memory.text:  # a name that only the secret held is gone with it
        entities = tuple(name for name in entities if name in text)
    return replace(
        memory,
        text=text,
        metadata=redactor.metadata(memory.metadata),
        entities=entities,
        statement=None if memory.statement is None else _statement(memory.statement, redactor),
    )


def _statement(statement: Statement, redactor: Redactor) -> Statement:
    """What it states; the value is seen behind its attribute, which tells what "hunter2" is."""
    told = f"{statement.attribute} is "
    value = redactor.text(f"{told}{statement.value}").removeprefix(told)
    return replace(statement, subject=redactor.text(statement.subject), value=value)


def _version(version: Version, redactor: Redactor) -> Version:
    return replace(
        version,
        text=redactor.text(version.text),
        metadata=redactor.metadata(version.metadata),
        reason=redactor.optional(version.reason),
        statement=None if version.statement is None else _statement(version.statement, redactor),
    )


def _fingerprint(memory: Memory) -> bytes:
    return blake2b(memory.id.encode(), digest_size=16, person=b"redacted").digest()
