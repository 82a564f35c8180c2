"""The graph of facts and entities, straight from the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.matching import sees
from holdfast.domain.mention import EntityPart, part_of
from holdfast.domain.statement import fold
from holdfast.ports import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.testing.in_memory.data import Access, InMemoryData

    _Parts = dict[int, dict[str, EntityPart]]
    """What each entity is to each memory."""


class InMemoryEntityGraph:
    """``EntityGraph`` that looks at every memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def naming(
        self, scope: Scope, names: Sequence[str], view: View, *, limit: int
    ) -> Mapping[str, Sequence[int]]:
        with self._access.use() as data:
            parts = _parts(data, scope, view)
        found = {name: _naming(name, parts, limit) for name in names}
        return {name: keys for name, keys in found.items() if keys}

    def neighbours(
        self, scope: Scope, starts: Sequence[int], view: View, *, hops: int, fanout: int, limit: int
    ) -> Sequence[Link]:
        with self._access.use() as data:
            parts = _parts(data, scope, view)
            attributes = {key: _attribute(data, key) for key in parts}
        front: list[tuple[int, str | None]] = [(start, None) for start in starts if start in parts]
        links: dict[Link, None] = {}
        for hop in range(1, hops + 1):
            reached = [
                Link(start, entity, end, attributes[end], hop)
                for start, came_by in front
                for entity in parts[start]
                if entity != came_by
                for end in _naming(entity, parts, fanout)
                if end != start
            ]
            links |= dict.fromkeys(reached)
            front = [(link.end, link.entity) for link in dict.fromkeys(reached)]
        return [*links][:limit]


def _parts(data: InMemoryData, scope: Scope, view: View) -> _Parts:
    return {
        held.key: {
            name: part
            for name in map(fold, held.memory.entities)
            if (part := part_of(name, held.memory)) is not EntityPart.SPEAKER
        }
        for held in data.inside(scope)
        if _may_lead(view, held.memory)
    }


def _attribute(data: InMemoryData, key: int) -> str:
    statement = data.held[key].memory.statement
    return statement.attribute if statement else ""


def _naming(name: str, parts: _Parts, limit: int) -> list[int]:
    """What names an entity: first what is about it, then the latest."""
    found = [key for key, own in parts.items() if name in own]
    return sorted(found, key=lambda key: (-parts[key][name], -key))[:limit]


def _may_lead(view: View, memory: Memory) -> bool:
    """Whether it may be walked to; of the past what was known then, which is read as it was later."""
    return sees(view, memory) if view.as_of is None else memory.created_at <= view.as_of
