"""Puts what was derived anew in the place of what is there, one bounded transaction after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import Memory, Origin, change_id_of
from holdfast.domain.rebuilding import REBUILD
from holdfast.domain.statement import fold
from holdfast.errors import Conflict
from holdfast.formation.form import CONTRADICTS, fingerprint_of_fact
from holdfast.formation.rebuild.reading import as_said
from holdfast.formation.revise import DECIDE_ANEW
from holdfast.ports import NewMemory, Rederive, Revise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from holdfast.domain.memory import Source
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Slot
    from holdfast.formation.rebuild.comparing import Comparison, Fact, Step
    from holdfast.formation.rebuild.kit import RebuildKit
    from holdfast.ports import Standing


class Overtaken(Exception):
    """Others have changed facts since they were compared."""


def switch(
    comparison: Comparison, *, extractor: str, kit: RebuildKit
) -> Iterator[tuple[str | None, Sequence[Step]]]:
    """Do what the comparison says; yields each change that can be undone with its steps, once it is on disk.

    Raises:
        Overtaken: what is left is to be compared again; what was done stays.
    """
    stands_for, done = dict(comparison.stands_for), 0
    for steps in _batches(comparison.steps):
        batch = _Batch(comparison, stands_for, extractor, kit, steps[0].fact.owner, kit.present.clock.now())
        change = batch.change(steps)
        try:
            kit.present.store.commit(change)
        except Conflict as conflict:
            if conflict.code not in DECIDE_ANEW:
                raise
            raise Overtaken from conflict
        done += len(steps)
        kit.progress(done, len(comparison.steps))
        yield (change.change if change.new or change.revised else None), steps


def _batches(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """As many steps of one owner as fit into a transaction."""
    first = 0
    while first < len(steps):
        owner = steps[first].fact.owner
        batch = [step for step in steps[first : first + limits.REBUILD_BATCH] if step.fact.owner == owner]
        yield batch
        first += len(batch)


@dataclass(slots=True)
class _Batch:
    """One transaction, as it is gathered; ``stands_for`` learns the ids of what is new."""

    comparison: Comparison
    stands_for: dict[str, str]
    extractor: str
    kit: RebuildKit
    owner: Scope
    at: datetime
    new: list[Memory] = field(default_factory=list)
    before: dict[str, Memory] = field(default_factory=dict)
    after: dict[str, tuple[Memory, EventType]] = field(default_factory=dict)
    cited: list[tuple[str, Source]] = field(default_factory=list)
    links: list[Relation] = field(default_factory=list)

    def change(self, steps: Sequence[Step]) -> Rederive:
        """All of it as one change of the store.

        Raises:
            Overtaken: when what stands there is not what was compared.
        """
        slots = tuple(dict.fromkeys(step.fact.slot for step in steps))
        standing = self.kit.present.store.standing(self.owner, slots, now=self.at)
        self._require_as_compared(standing)
        for step in steps:
            self._take(step)
        for step in steps:
            if step.anew is not None:
                self._link(step.anew, standing[step.fact.slot])
        change = self._id()
        return Rederive(
            self.owner,
            self._new(),
            tuple(self._revision(memory_id, change) for memory_id in self.after),
            tuple(self.cited),
            tuple(self.links),
            self.at,
            change,
            {slot: it.mark for slot, it in standing.items()},
        )

    def _require_as_compared(self, standing: Mapping[Slot, Standing]) -> None:
        versions = self.comparison.versions
        for memory in (fact for it in standing.values() for fact in it.facts):
            if versions.get(memory.id) != memory.version and memory.id not in self.stands_for.values():
                raise Overtaken

    def _take(self, step: Step) -> None:
        if step.anew is None:
            self._retire(self._present(step))
            return
        anew = self.kit.shadow.store.get(self.owner, step.anew.id)
        sources = [each for each in anew.sources if (each.episode_id, each.position) in step.anew.places]
        if step.present is not None:
            self._restate(self._present(step), anew, sources, is_same=_is_same(step.present, step.anew))
        elif step.anew.is_own:
            self._restate(self._message(step.anew.id), anew, sources, is_same=False)
        else:
            self._add(anew, sources)

    def _present(self, step: Step) -> Memory:
        """The fact that is there, if it is as it was compared."""
        assert step.present is not None  # noqa: S101 (the caller has looked)
        memory = self.kit.present.store.get(self.owner, step.present.id)
        if memory.version != step.present.version:
            raise Overtaken
        return memory

    def _message(self, memory_id: str) -> Memory:
        memory = self.kit.present.store.get(self.owner, memory_id)
        if memory.is_deleted or memory.statement is not None:
            raise Overtaken
        return memory

    def _retire(self, memory: Memory) -> None:
        """Delete a fact; a message that is one is what was said again, and no more."""
        if memory.origin is Origin.DERIVED:
            self._keep(memory, replace(memory, expired_at=self.at), EventType.DELETED)
        else:
            self._keep(memory, as_said(memory), EventType.UPDATED)

    def _restate(self, memory: Memory, anew: Memory, sources: Sequence[Source], *, is_same: bool) -> None:
        """Let a memory state what was derived anew in the same words."""
        self.stands_for[anew.id] = memory.id
        self.cited += [(memory.id, source) for source in sources if source not in memory.sources]
        self.before[memory.id] = memory
        if is_same:
            return
        is_derived = memory.origin is Origin.DERIVED
        after = replace(
            memory,
            statement=anew.statement,
            kind=anew.kind,
            trust=anew.trust if is_derived else memory.trust,
            importance=anew.importance if is_derived else memory.importance,
            valid_at=anew.valid_at,
            invalid_at=anew.invalid_at,
            expired_at=None,
        )
        self._keep(memory, after, _event(memory, after))

    def _add(self, anew: Memory, sources: Sequence[Source]) -> None:
        memory = replace(
            anew,
            id=self.kit.present.ids.new_id(),
            version=1,
            sources=tuple(sources),
            created_at=self.at,
            updated_at=self.at,
        )
        self.stands_for[anew.id] = memory.id
        self.before[memory.id] = memory
        self.new.append(memory)

    def _keep(self, before: Memory, after: Memory, event: EventType) -> None:
        revised = replace(after, version=before.version + 1, updated_at=self.at)
        self.before[before.id] = before
        self.after[before.id] = (revised, event)

    def _link(self, anew: Fact, standing: Standing) -> None:
        """Link a fact as it is in the shadow, and with what was left alone and speaks against it."""
        start = self.before[self.stands_for[anew.id]]
        limit = limits.RELATED_LIMIT_MAX
        found = self.kit.shadow.store.related(self.owner, anew.id, type=None, limit=limit)
        wanted = [
            (link.relation.type, end)
            for link in found
            if link.outgoing and (end := self.stands_for.get(link.memory.id)) is not None
        ]
        wanted += [(CONTRADICTS, each.id) for each in standing.facts if self._opposes(each, start)]
        there = {(link.type, link.to_id) for link in self._links_of(start)}
        self.links += [
            Relation(self.kit.present.ids.new_id(), name, start.id, end, 1.0, start.created_at)
            for name, end in wanted
            if (name, end) not in there
        ]

    def _links_of(self, memory: Memory) -> list[Relation]:
        if memory in self.new:
            return []
        found = self.kit.present.store.related(
            self.owner, memory.id, type=None, limit=limits.RELATED_LIMIT_MAX
        )
        return [link.relation for link in found if link.outgoing]

    def _opposes(self, by_hand: Memory, memory: Memory) -> bool:
        """Whether a fact that is left alone says of the present what a new one says otherwise."""
        mine, other = memory.statement, by_hand.statement
        return (
            memory in self.new
            and by_hand.id in self.comparison.by_hand
            and mine is not None
            and other is not None
            and mine.is_single
            and memory.invalid_at is None
            and by_hand.invalid_at is None
            and fold(mine.value) != fold(other.value)
        )

    def _id(self) -> str:
        for revised, _ in self.after.values():
            return change_id_of(revised.id, revised.version)
        first = next(iter(self.new or self.before.values()))
        return change_id_of(first.id, first.version)

    def _new(self) -> tuple[NewMemory, ...]:
        vectors = self.kit.present.embedder.embed_documents([memory.text for memory in self.new])
        return tuple(
            NewMemory(memory, vector, fingerprint_of_fact(memory))
            for memory, vector in zip(self.new, vectors, strict=True)
        )

    def _revision(self, memory_id: str, change: str) -> Revise:
        memory, event = self.after[memory_id]
        is_given = memory.statement is not None and not memory.is_deleted
        reason = f"{'derived' if is_given else 'not derived'} by {self.extractor}"
        return Revise(
            memory,
            memory.version - 1,
            event,
            reason=reason[: limits.REASON_CHARACTERS_MAX],
            change=change,
            by=REBUILD,
        )


def _is_same(present: Fact, anew: Fact) -> bool:
    """Whether nothing but a source may be new."""
    return (present.extractor, present.kind, present.valid_at, present.invalid_at, present.is_retired) == (
        anew.extractor,
        anew.kind,
        anew.valid_at,
        anew.invalid_at,
        False,
    )


def _event(before: Memory, after: Memory) -> EventType:
    if before.is_deleted:
        return EventType.RESTORED
    if before.invalid_at is None and after.invalid_at is not None:
        return EventType.INVALIDATED
    return EventType.UPDATED
