"""Finds the facts that new messages may confirm, replace or take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.memory import Kind, indexed_text
from holdfast.domain.query import read_filters
from holdfast.domain.ranking import Signal
from holdfast.domain.view import View
from holdfast.formation.extract import extract
from holdfast.formation.prompt.render import beginning_of

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Message
    from holdfast.domain.scope import Scope
    from holdfast.formation.kit import FormationKit
    from holdfast.ports import VectorIndex

_DERIVED_KINDS: Mapping[str, object] = {"kind": {"in": [Kind.SEMANTIC.value, Kind.PROCEDURAL.value]}}
_SPARE = 4
"""Facts read for each that is wanted: a scope without an agent covers the facts of all agents too."""


def nearest_facts(
    messages: Sequence[Message], scope: Scope, *, said_at: datetime, vectors: VectorIndex, kit: FormationKit
) -> tuple[Memory, ...]:
    """The facts of the scope's owner that are nearest to the messages, best first.

    First those in whose slots the messages say something, by rules; then those near in meaning. What was only
    said is not among them, nor what is closed, deleted or expired.
    """
    found = (*_by_slot(messages, scope, said_at, kit), *_by_meaning(messages, scope, vectors, kit))
    facts = {memory.id: memory for memory in found if _is_own_fact(memory, scope)}
    return tuple(facts.values())[: limits.MODEL_NEIGHBOURS_MAX]


def _by_slot(messages: Sequence[Message], scope: Scope, said_at: datetime, kit: FormationKit) -> list[Memory]:
    now = kit.clock.now()
    slots = tuple(dict.fromkeys(fact.slot for fact in extract(messages, at=said_at)))
    standing = kit.store.standing(scope, slots, now=now)
    return [memory for slot in slots for memory in reversed(standing[slot].facts) if memory.is_known(now)]


def _by_meaning(
    messages: Sequence[Message], scope: Scope, vectors: VectorIndex, kit: FormationKit
) -> list[Memory]:
    texts = [indexed_text(message.name, beginning_of(message.content)) for message in messages]
    best: dict[int, float] = {}
    for vector in kit.embedder.embed_documents(texts):
        near = vectors.search(scope.owner, vector, limit=limits.MODEL_NEIGHBOURS_BREADTH)[
            Signal.MEANING
        ].by_key
        best |= {key: max(score, best.get(key, score)) for key, score in near.items()}
    view = View(now=kit.clock.now(), filter=read_filters(_DERIVED_KINDS))
    most = _SPARE * limits.MODEL_NEIGHBOURS_MAX
    keys = sorted(best, key=lambda key: -best[key])
    return list(kit.store.fetch(scope.owner, keys, view, limit=most).values())


def _is_own_fact(memory: Memory, scope: Scope) -> bool:
    is_open = memory.invalid_at is None
    return memory.kind is not Kind.EPISODIC and is_open and memory.scope.owner == scope.owner
