"""Whether a fact that is opened again has its place still to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.statement import fold
from holdfast.formation.form import CONTRADICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from holdfast.domain.memory import Memory
    from holdfast.domain.statement import Slot, Statement
    from holdfast.formation.kit import FormationKit


class Places(NamedTuple):
    """What takes the places of opened facts, by their ids, and the marks that this was seen by."""

    taken_by: Mapping[str, Memory]
    seen: Mapping[Slot, tuple[int, int, int]]


def is_open(memory: Memory) -> bool:
    """Whether it is believed and has not ceased to be true."""
    return memory.expired_at is None and memory.invalid_at is None


def look_at_places(opened: Iterable[Memory], leaving: Iterable[str], *, kit: FormationKit) -> Places:
    """Which of these facts of one owner, that are to be opened, find their place taken.

    By a fact that stands there open and does not leave: any, where there is one value at a time, else one of
    the same value. Facts that were linked as contradicting each other may stand side by side.
    """
    facts = {memory.id: (memory, memory.statement) for memory in opened if memory.statement is not None}
    if not facts:
        return Places({}, {})
    owner = next(memory.scope for memory, _ in facts.values())
    slots = tuple(dict.fromkeys(statement.slot for _, statement in facts.values()))
    standing = kit.store.standing(owner, slots, now=kit.clock.now())
    passed_over = {*facts, *leaving}
    taken_by: dict[str, Memory] = {}
    for memory, statement in facts.values():
        others = [
            each
            for each in standing[statement.slot].facts
            if each.id not in passed_over and is_open(each) and _excludes(statement, each.statement)
        ]
        beside = _contradicting(memory, kit) if others else frozenset()
        in_place = [each for each in others if each.id not in beside]
        if in_place:
            taken_by[memory.id] = in_place[-1]
    return Places(taken_by, {slot: it.mark for slot, it in standing.items()})


def _excludes(statement: Statement, other: Statement | None) -> bool:
    return statement.is_single or (other is not None and fold(other.value) == fold(statement.value))


def _contradicting(memory: Memory, kit: FormationKit) -> frozenset[str]:
    links = kit.store.related(memory.scope.owner, memory.id, type=CONTRADICTS, limit=limits.RELATED_LIMIT_MAX)
    return frozenset(link.memory.id for link in links)
