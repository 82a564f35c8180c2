"""Holds what was derived anew against what is there: what stays, and what would become of the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.memory import Origin
from holdfast.domain.rebuilding import RebuildDifference, RebuildKind
from holdfast.domain.statement import fold
from holdfast.formation.rebuild.by_hand import is_by_hand, is_retired
from holdfast.formation.rebuild.reading import Place, was_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from holdfast.domain.memory import Memory, Version
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Slot, Statement
    from holdfast.formation.rebuild.kit import RebuildKit
    from holdfast.formation.rebuild.reading import WasRead
    from holdfast.ports import MemoryStore


class Fact(NamedTuple):
    """What is compared of a fact, which is much less than the fact.

    ``words`` stands for its owner, slot, value and text. ``is_retired`` says whether an earlier rebuild has
    deleted it.
    """

    id: str
    version: int
    owner: Scope
    slot: Slot
    words: bytes
    kind: str
    valid_at: datetime
    invalid_at: datetime | None
    extractor: str
    places: tuple[Place, ...]
    is_own: bool
    is_retired: bool = False


class Step(NamedTuple):
    """What is to be done with one fact: the one that is there, the one in the shadow, or both."""

    kind: RebuildKind
    present: Fact | None
    anew: Fact | None

    @property
    def fact(self) -> Fact:
        """The one by which it is found."""
        fact = self.anew or self.present
        assert fact is not None  # noqa: S101 (one of them is given)
        return fact


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be done, by owner and slot; and what it was decided on.

    Attributes:
        steps: what to do, older facts of a slot first; not with what stays as it is.
        kept: how many facts both readings give.
        by_hand: the ids of facts that are left alone, since somebody had a hand in them.
        versions: the version of every fact that was looked at.
        stands_for: by id in the shadow, the fact that is there for it.
    """

    steps: tuple[Step, ...]
    kept: int
    by_hand: frozenset[str]
    versions: Mapping[str, int]
    stands_for: Mapping[str, str]

    def count(self, kind: RebuildKind) -> int:
        """How many facts this becomes of."""
        return sum(step.kind is kind for step in self.steps)


@dataclass(slots=True)
class _Present:
    """The facts that are there."""

    facts: dict[str, Fact] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    covered: set[tuple[Place, Slot, str | None]] = field(default_factory=set)


def compare_anew(read: WasRead, kit: RebuildKit) -> Comparison:
    """What a switch would do, as both stores are now."""
    present = _look_at_present(read, kit)
    anew = [fact for memory in _facts(kit.shadow.store, None) if (fact := _wanted(memory, read, present))]
    pairs = _paired(anew, present.facts)
    kept, steps = 0, []
    for fact in anew:
        step = Step(RebuildKind.ADDED, pairs.get(fact.id), fact)
        kind = _kind(step)
        kept += kind is RebuildKind.KEPT
        if not _is_untouched(step):
            steps.append(step._replace(kind=kind))
    taken = {fact.id for fact in pairs.values()}
    steps += [
        Step(RebuildKind.DROPPED, fact, None)
        for fact in present.facts.values()
        if fact.id not in taken and not fact.is_retired and any(was_read(place, kit) for place in fact.places)
    ]
    ordered = sorted(steps, key=lambda step: (_name_of(step.fact.owner), step.fact.slot))
    stands_for = {anew_id: fact.id for anew_id, fact in pairs.items()}
    return Comparison(tuple(ordered), kept, frozenset(present.by_hand), present.versions, stands_for)


def differences_of(comparison: Comparison, kit: RebuildKit) -> tuple[RebuildDifference, ...]:
    """The first of what would not stay, with its words."""
    differing = (step for step in comparison.steps if step.kind is not RebuildKind.KEPT)
    return tuple(
        _difference(step, kit)
        for step, _ in zip(differing, range(limits.REBUILD_DIFFERENCES_MAX), strict=False)
    )


def _difference(step: Step, kit: RebuildKit) -> RebuildDifference:
    fact = step.fact
    store = kit.present.store if step.anew is None else kit.shadow.store
    memory = store.get(fact.owner, fact.id)
    return RebuildDifference(
        step.kind,
        memory.text,
        memory.scope,
        step.present.id if step.present else None,
        memory.valid_at,
        memory.invalid_at,
    )


def _facts(store: MemoryStore, scope: Scope | None) -> Iterator[Memory]:
    after = None
    while page := store.facts(scope, after=after, limit=limits.REBUILD_BATCH):
        yield from page
        after = page[-1].id


def _look_at_present(read: WasRead, kit: RebuildKit) -> _Present:
    """What stands, what an earlier rebuild retired, and what somebody had a hand in."""
    found, store, now = _Present(), kit.present.store, kit.present.clock.now()
    for memory in _facts(store, kit.scope):
        if kit.scope is not None and not kit.scope.covers(memory.scope.owner):
            continue
        found.versions[memory.id] = memory.version
        versions = store.history(memory.scope, memory.id) if memory.version > 1 else ()
        if is_by_hand(memory, versions, store=store):
            found.covered |= _covered(memory, versions)
            if memory.is_visible(now):
                found.by_hand.add(memory.id)
        elif memory.statement is not None and (
            not memory.is_deleted or (is_retired(versions) and _is_whole(memory, read, kit))
        ):
            found.facts[memory.id] = _fact(memory, memory.statement)
    return found


def _is_whole(memory: Memory, read: WasRead, kit: RebuildKit) -> bool:
    """Whether all messages that it cites are there: one that lost some comes as another fact."""
    return all(place not in read.gone and was_read(place, kit) for place in _places(memory))


def _covered(memory: Memory, versions: tuple[Version, ...]) -> set[tuple[Place, Slot, str | None]]:
    """What is not to be derived again from the messages of a fact: what it states, and what it stated."""
    stated = [each.statement for each in versions] + [memory.statement]
    return {
        (place, statement.slot, None if statement.is_single else fold(statement.value))
        for statement in stated
        if statement is not None
        for place in _places(memory)
    }


def _wanted(memory: Memory, read: WasRead, present: _Present) -> Fact | None:
    """A fact of the shadow; None for one whose messages are gone, or that somebody had a hand in."""
    statement = memory.statement
    if statement is None:
        return None
    fact = _fact(memory, statement)
    there = tuple(place for place in fact.places if place not in read.gone)
    value = None if statement.is_single else fold(statement.value)
    if not there or any((place, fact.slot, value) in present.covered for place in there):
        return None
    return fact._replace(places=there)


def _paired(anew: list[Fact], present: Mapping[str, Fact]) -> dict[str, Fact]:
    """For facts of the shadow, by id, the same ones that are there; of several those of the same time."""
    by_words: defaultdict[bytes, list[Fact]] = defaultdict(list)
    for fact in present.values():
        by_words[fact.words].append(fact)
    pairs: dict[str, Fact] = {}
    for rank in (_is_itself, _is_of_same_time, _stands, _is_any):
        for fact in anew:
            if fact.id in pairs:
                continue
            candidates = by_words.get(fact.words, [])
            chosen = next((each for each in candidates if rank(fact, each)), None)
            if chosen is not None:
                candidates.remove(chosen)
                pairs[fact.id] = chosen
    return pairs


def _is_itself(anew: Fact, present: Fact) -> bool:
    return anew.id == present.id


def _is_of_same_time(anew: Fact, present: Fact) -> bool:
    return anew.valid_at == present.valid_at and not _is_another_message(anew, present)


def _stands(anew: Fact, present: Fact) -> bool:
    return not (present.is_retired or _is_another_message(anew, present))


def _is_any(anew: Fact, present: Fact) -> bool:
    return not _is_another_message(anew, present)


def _is_another_message(anew: Fact, present: Fact) -> bool:
    """Whether they are in the memories of two messages, neither of which can become the other."""
    return anew.is_own and present.is_own


def _kind(step: Step) -> RebuildKind:
    present, anew = step.present, step.anew
    if present is None or anew is None or present.is_retired:
        return RebuildKind.ADDED
    if (present.kind, present.valid_at, present.invalid_at) == (anew.kind, anew.valid_at, anew.invalid_at):
        return RebuildKind.KEPT
    if present.invalid_at is None and anew.invalid_at is not None:
        return RebuildKind.CLOSED
    return RebuildKind.CHANGED


def _is_untouched(step: Step) -> bool:
    present, anew = step.present, step.anew
    return (
        present is not None
        and anew is not None
        and _kind(step) is RebuildKind.KEPT
        and present.extractor == anew.extractor
        and set(anew.places) <= set(present.places)
    )


def _fact(memory: Memory, statement: Statement) -> Fact:
    owner, slot = memory.scope.owner, statement.slot
    told = (str(owner), *slot, fold(statement.value), fold(memory.text))
    return Fact(
        memory.id,
        memory.version,
        owner,
        slot,
        blake2b("\0".join(told).encode(), digest_size=16).digest(),
        memory.kind.value,
        memory.valid_at,
        memory.invalid_at,
        statement.extractor,
        _places(memory),
        memory.origin is not Origin.DERIVED,
        memory.is_deleted,
    )


def _places(memory: Memory) -> tuple[Place, ...]:
    return tuple((source.episode_id, source.position) for source in memory.sources)


def _name_of(owner: Scope) -> tuple[str, ...]:
    names = (owner.tenant, owner.user_id, owner.agent_id, owner.session_id)
    return tuple("" if name is None else f"={name}" for name in names)
