"""Decides what becomes of the facts of an episode, one after the other, on what stands and on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.decision import Change, Decision
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import Kind, Memory, Origin, State, Tier, change_id_of
from holdfast.domain.origin import may_instruct
from holdfast.domain.statement import Statement, fold
from holdfast.domain.traits import Trait, traits_of
from holdfast.formation.decide import Standing, decide
from holdfast.ports import Formed, NewMemory, Revise

if TYPE_CHECKING:
    from holdfast.domain.fact import Fact
    from holdfast.domain.memory import Source
    from holdfast.domain.message import Episode
    from holdfast.domain.statement import Slot
    from holdfast.formation.decide import Verdict
    from holdfast.formation.kit import FormationKit
    from holdfast.ports import Standing as Stands

SUPERSEDES, CONTRADICTS = "supersedes", "contradicts"

BEYOND_TRUST = 2.0
"""More than anybody is trusted: what bears it stays, and what speaks against it is linked with it."""

LEFT_OVER_MAX = 10
"""Words beside subject and value that link the two: "is married to", "was born in the city of"."""


class Derived(NamedTuple):
    """What the facts of an episode come to.

    Attributes:
        formed: what is to be written.
        own: captured memories that are facts themselves, since the message says nothing else.
        changes: what became of each fact.
    """

    formed: Formed
    own: Mapping[str, Memory]
    changes: tuple[Change, ...]


class Said(NamedTuple):
    """A message of the episode: where it stands, and the memory that holds it alone, if one does."""

    source: Source
    trust: float
    memory: Memory | None


def form(
    facts: Sequence[Fact],
    said: Sequence[Said],
    standing: Mapping[Slot, Stands],
    *,
    episode: Episode,
    like: Memory,
    extractor: str,
    kit: FormationKit,
) -> Derived:
    """What becomes of the facts: added, updating or closing others, or known already.

    ``said`` are the messages of the episode in order, ``standing`` what stands in the slots of all facts, and
    ``like`` a memory of the episode, whose scope, metadata and expiry a fact shares.
    """
    forming = Forming(
        said, episode, like, extractor, kit, {slot: [*it.facts] for slot, it in standing.items()}
    )
    alone = _alone(facts, said)
    for place, fact in enumerate(facts):
        forming.take(fact, is_whole=place in alone)
    return forming.derived(standing)


def _alone(facts: Sequence[Fact], said: Sequence[Said]) -> frozenset[int]:
    """The places of facts that are the whole of what their message says, in the same words."""
    of_message: dict[int, list[int]] = {}
    for place, fact in enumerate(facts):
        of_message.setdefault(fact.position, []).append(place)
    return frozenset(
        places[0]
        for position, places in of_message.items()
        if len(places) == 1 and _is_whole(facts[places[0]], said[position].memory)
    )


def _is_whole(fact: Fact, memory: Memory | None) -> bool:
    """Whether the message is the fact, in its words or nearly so: a note about somebody by name."""
    if memory is None or fact.retracts or fact.when is not None:
        return False
    said = fold(memory.text)
    if said == fold(fact.text):
        return True
    left = said
    for name in (fold(fact.subject), fact.folded_value or ""):
        if name not in left:
            return False
        left = left.replace(name, " ", 1)
    return len(left.split()) <= LEFT_OVER_MAX and not traits_of(memory.origin, left) & Trait.FIRST_PERSON


@dataclass(slots=True)
class Forming:
    """The facts of an episode as they are taken in, over what stands in their slots.

    Only what is ``shown``, with the version that it then had, may be closed; None: all of it.
    """

    said: Sequence[Said]
    episode: Episode
    like: Memory
    extractor: str
    kit: FormationKit
    slots: dict[Slot, list[Memory]]
    shown: Mapping[str, int] | None = None
    own: dict[str, Memory] = field(default_factory=dict)
    new: dict[str, Memory] = field(default_factory=dict)
    closed: dict[str, Revise] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    links: list[Relation] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def take(
        self,
        fact: Fact,
        *,
        is_whole: bool = False,
        among: Sequence[Memory] | None = None,
        weighed: Fact | None = None,
    ) -> None:
        """Do with a fact what is decided of it.

        ``is_whole`` if its message is the fact; ``among`` what it is held against, by default all that stands
        in its slot; ``weighed`` what is decided on in its place. An instruction of somebody who may not give
        one stays what it is: words that were said.
        """
        source, _, holder = self.said[fact.position]
        trust = self._trust(fact)
        if fact.kind is Kind.PROCEDURAL and not may_instruct(trust):
            return
        stands = self.slots[fact.slot] if among is None else among
        standing = [_standing(each, may_close=self._may_close(each)) for each in stands]
        verdict = decide(weighed or fact, standing, at=source.at, trust=trust)
        targets = [each for each in stands if each.id in verdict.targets]
        match verdict.decision:
            case Decision.NONE:
                self.repeat(targets, fact)
            case Decision.DELETE:
                for each in targets:
                    self.changes.append(Change(Decision.DELETE, self._close(each, verdict, fact), each))
            case Decision.ADD | Decision.UPDATE:
                memory = self._keep(fact, verdict, holder if is_whole else None)
                self._link(memory, CONTRADICTS, verdict.contradicts)
                for each in targets:
                    previous = self._close(each, verdict, fact, change=change_id_of(memory.id, 1))
                    self._link(memory, SUPERSEDES, (each.id,))
                    self.changes.append(Change(Decision.UPDATE, memory, previous))
                if not targets:
                    self.changes.append(Change(Decision.ADD, memory))

    def derived(self, standing: Mapping[Slot, Stands]) -> Derived:
        """What all of them come to, decided on this."""
        vectors = self.kit.embedder.embed_documents([memory.text for memory in self.new.values()])
        formed = Formed(
            new=tuple(
                NewMemory(memory, vector, fingerprint_of_fact(memory))
                for memory, vector in zip(self.new.values(), vectors, strict=True)
            ),
            closed=tuple(self.closed.values()),
            repeated=tuple(self.repeated),
            links=tuple(self.links),
            seen={slot: it.mark for slot, it in standing.items()},
        )
        return Derived(formed, self.own, tuple(self.changes))

    def _trust(self, fact: Fact) -> float:
        """The lowest of its sources."""
        return min(self.said[position].trust for position in (fact.position, *fact.also))

    def _may_close(self, each: Memory) -> bool:
        is_new = each.id in self.new or each.id in self.own
        return self.shown is None or is_new or self.shown.get(each.id) == each.version

    def _keep(self, fact: Fact, verdict: Verdict, holder: Memory | None) -> Memory:
        """The fact as a memory: the one that holds its message, or one of its own."""
        memory = self._memory(fact) if holder is None else holder
        closes_at = verdict.closes_at if verdict.decision is Decision.ADD else None
        kept = replace(
            memory,
            kind=fact.kind,
            statement=Statement(
                fact.subject, fact.attribute, fact.value or "", fact.is_single, self.extractor
            ),
            valid_at=fact.valid_at or memory.valid_at,
            invalid_at=closes_at,
            entities=tuple(dict.fromkeys((*memory.entities, *(entity.name for entity in fact.entities)))),
        )
        (self.new if holder is None else self.own)[kept.id] = kept
        self.slots[fact.slot].append(kept)
        return kept

    def _memory(self, fact: Fact) -> Memory:
        sources = tuple(self.said[position].source for position in sorted({fact.position, *fact.also}))
        return replace(
            self.like,
            id=self.kit.ids.new_id(),
            text=fact.text,
            tier=Tier.LONG,
            state=State.ACTIVE,
            origin=Origin.DERIVED,
            trust=self._trust(fact),
            importance=fact.importance,
            entities=(),
            sources=sources,
            valid_at=self.said[fact.position].source.at,
        )

    def _close(self, each: Memory, verdict: Verdict, fact: Fact, *, change: str | None = None) -> Memory:
        """The fact, which ceased to be true; one of the same episode is simply written so."""
        closed = replace(each, invalid_at=verdict.closes_at)
        if each.id in self.new:
            self.new[each.id] = closed
        elif each.id in self.own:
            self.own[each.id] = closed
        else:
            earlier = self.closed.get(each.id)
            replaces = each.version if earlier is None else earlier.replaces_version
            closed = replace(closed, version=replaces + 1, updated_at=self.episode.created_at)
            event = EventType.SUPERSEDED if verdict.decision is Decision.UPDATE else EventType.INVALIDATED
            self.closed[each.id] = Revise(
                closed, replaces, event, reason=_because(verdict, fact), change=change
            )
        self._replace(fact.slot, each, closed)
        return closed

    def repeat(self, targets: Iterable[Memory], fact: Fact) -> None:
        """Let the message be one more source of what it says again."""
        for each in targets:
            source = self.said[fact.position].source
            again = each if source in each.sources else replace(each, sources=(*each.sources, source))
            if again is not each:
                self.repeated.append((each.id, fact.position))
            self._replace(fact.slot, each, again)
            self.changes.append(Change(Decision.NONE, again, each))

    def _link(self, memory: Memory, type: str, ends: Iterable[str]) -> None:
        self.links += [
            Relation(self.kit.ids.new_id(), type, memory.id, end, 1.0, self.episode.created_at)
            for end in ends
        ]

    def _replace(self, slot: Slot, before: Memory, after: Memory) -> None:
        self.slots[slot] = [after if each.id == before.id else each for each in self.slots[slot]]


def _because(verdict: Verdict, fact: Fact) -> str:
    return f"replaced by: {fact.text}" if verdict.decision is Decision.UPDATE else f"taken back: {fact.text}"


def _standing(memory: Memory, *, may_close: bool) -> Standing:
    return Standing(
        id=memory.id,
        value=fold(memory.statement.value) if memory.statement else "",
        text=memory.text,
        valid_at=memory.valid_at,
        invalid_at=memory.invalid_at,
        trust=memory.trust if may_close else BEYOND_TRUST,
        speaker=memory.sources[0].name if memory.sources else None,
        is_dated=all(source.at != memory.valid_at for source in memory.sources),
    )


def fingerprint_of_fact(memory: Memory) -> bytes:
    """No message has it: a fact is known by its slot."""
    return blake2b(memory.id.encode(), digest_size=16, person=b"fact").digest()
