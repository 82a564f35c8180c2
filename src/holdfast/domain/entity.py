"""What memories mention, and how things are linked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory

_RELATION_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class EntityKind(StrEnum):
    """What an entity is, as far as the words around it tell."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    THING = "thing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that a statement names, with the other names that it gives them."""

    name: str
    kind: EntityKind = EntityKind.UNKNOWN
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed, dated, weighted link from one memory to another."""

    id: str
    type: str
    from_id: str
    to_id: str
    strength: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RelatedMemory:
    """A memory at the other end of a relation; ``outgoing`` when the link starts at the one asked about."""

    relation: Relation
    memory: Memory
    outgoing: bool


def read_relation_type(value: object) -> str:
    """A relation's type: lower-case words joined by underscores, such as ``supersedes``.

    Raises:
        InvalidInput: ``invalid_relation``.
    """
    if not isinstance(value, str) or not _RELATION_TYPE.fullmatch(value):
        raise InvalidInput(
            f"{value!r} is no relation type: use lower-case words joined by underscores, "
            "such as supersedes, contradicts or works_with",
            code="invalid_relation",
        )
    return value


def read_strength(value: object) -> float:
    """A strength above 0 and up to 1.

    Raises:
        InvalidInput: ``invalid_strength``.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise InvalidInput(f"strength must be above 0 and at most 1, not {value!r}", code="invalid_strength")
    return float(value)
