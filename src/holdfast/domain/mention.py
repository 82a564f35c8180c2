"""What an entity is to a memory that holds it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from holdfast.domain.statement import fold

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory


class EntityPart(IntEnum):
    """What an entity is to a memory: whose words it is, what it names, or what it is about."""

    SPEAKER = 0
    NAMED = 1
    SUBJECT = 2


def part_of(name: str, memory: Memory) -> EntityPart:
    """What the entity of a folded name is to a memory that holds it; but for facts, it only spoke."""
    statement = memory.statement
    if statement is None:
        return EntityPart.SPEAKER
    if holds_name(fold(statement.subject), name):
        return EntityPart.SUBJECT
    return EntityPart.NAMED if holds_name(fold(memory.text), name) else EntityPart.SPEAKER


def holds_name(folded: str, name: str) -> bool:
    """Whether a folded text holds a folded name as words of its own.

    Example:
        >>> holds_name("olga of kiev", "kiev"), holds_name("olga of kievan rus", "kiev")
        (True, False)
    """
    return f" {name} " in f" {folded} "
