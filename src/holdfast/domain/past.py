"""What memories were: a content that one had, at which instant it stood, and what can be seen of that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.memory import Memory, Source, Version

_DIGITS_MAX = 9
"""Of a version's number: nobody changes a memory a billion times."""


class VersionChange(NamedTuple):
    """What brought about a version of a memory."""

    memory_id: str
    version: int


class SourceChange(NamedTuple):
    """What added a source to a memory that was there."""

    memory_id: str
    episode_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What an ``undo`` did.

    Attributes:
        undone: the id of the change that was reverted.
        change_id: the id of the undo, which can be undone too.
        memories: those that it changed, as they are now.
    """

    undone: str
    change_id: str
    memories: tuple[Memory, ...]


def source_change_id_of(memory_id: str, source: Source) -> str:
    """The id of the change that added a source."""
    return f"{memory_id}:{source.episode_id}:{source.position}"


def read_change_id(given: str) -> VersionChange | SourceChange:
    """The change that an id names.

    Raises:
        InvalidInput: ``invalid_change_id``.
    """
    match str(given).split(":"):
        case (str(memory_id), str(version)) if memory_id and _is_number(version):
            return VersionChange(memory_id, int(version))
        case (str(memory_id), str(episode_id), str(position)) if memory_id and _is_number(position):
            return SourceChange(memory_id, episode_id, int(position))
    raise InvalidInput(
        f"{given!r} is no change id: add, history and diff tell those of changes", code="invalid_change_id"
    )


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX


def version_at(versions: Sequence[Version], instant: datetime) -> Version | None:
    """The version that stood at an instant, of all in order; None before the first."""
    stood = [version for version in versions if version.recorded_at <= instant]
    return stood[-1] if stood else None


def as_it_was(memory: Memory, version: Version) -> Memory:
    """The memory with the content of a version.

    What no version keeps stays as it is: its sources and entities, how often it was of use, and feedback.
    """
    return replace(
        memory,
        text=version.text,
        kind=version.kind,
        tier=version.tier,
        state=version.state,
        trust=version.trust,
        importance=version.importance,
        metadata=version.metadata,
        statement=version.statement,
        version=version.version,
        valid_at=version.valid_at,
        invalid_at=version.invalid_at,
        updated_at=version.recorded_at,
        expired_at=version.recorded_at if version.deleted else None,
        expires_at=version.expires_at,
    )


def stands(memory: Memory, version: Version) -> bool:
    """Whether the memory still reads as the version had it, whatever happened in between."""
    then = replace(
        as_it_was(memory, version),
        version=memory.version,
        updated_at=memory.updated_at,
        expired_at=memory.expired_at,
    )
    return then == memory and version.deleted == memory.is_deleted
