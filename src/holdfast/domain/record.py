"""What an export is made of: everything that cannot be derived again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from holdfast.domain.entity import Relation
    from holdfast.domain.memory import Memory, Version
    from holdfast.domain.message import Episode
    from holdfast.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """An episode with its messages. Comes before the memories that cite it."""

    episode: Episode


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A memory as it is, every content it had, and the fingerprint of its message."""

    memory: Memory
    versions: tuple[Version, ...]
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """A link between two memories. Comes after both."""

    scope: Scope
    relation: Relation


Record: TypeAlias = EpisodeRecord | MemoryRecord | RelationRecord
