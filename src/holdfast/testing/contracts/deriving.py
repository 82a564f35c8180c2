"""The contract of ``MemoryStore`` for facts that are derived after what was said is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from holdfast.domain.decision import Decision
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.job import Finish, JobState, new_job
from holdfast.domain.memory import Kind, Memory, Origin, Source
from holdfast.domain.message import fingerprint
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Slot, Statement
from holdfast.errors import Conflict, NotFound
from holdfast.ports import Derive, Formed, Idempotency, NewMemory, Remember, Revise
from holdfast.testing.contracts.place import BackendContract, refused
from holdfast.testing.contracts.scribe import ANA, Scribe, as_message, kept_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.domain.job import JobClaim
    from holdfast.domain.message import Episode

SLOT = Slot("ana", "home")
UNKNOWN_ID = "00000000-0000-7000-8000-00000000ffff"
KEY = Idempotency("key-1", b"0123456789abcdef")
NOTHING = Formed((), (), (), (), {})


class Stored(NamedTuple):
    """An episode that is in the store, and the memories of its messages."""

    episode: Episode
    memories: tuple[Memory, ...]


class DerivingContract(BackendContract):
    """What every ``MemoryStore`` does with an episode that is read later."""

    def test_episode_is_read_back_as_it_was_said(self, scribe: Scribe) -> None:
        scope = Scope("acme", "ana", "tutor", "s1")
        episode = store(scribe, "I live in Rome", "and like it", scope=scope).episode

        assert scribe.store.episode(episode.id) == episode
        with refused(NotFound, "episode_not_found"):
            scribe.store.episode(UNKNOWN_ID)

    def test_fact_cites_the_messages_of_its_episode(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "in Rome, yes")
        fact = fact_of(scribe, stored, "Rome", positions=(0, 1))

        scribe.store.commit(derive(scribe, stored, new=(fact,)))

        assert scribe.store.get(ANA, fact.id) == fact
        assert [source.position for source in fact.sources] == [0, 1]
        assert scribe.store.standing(ANA, [SLOT], now=scribe.clock.now())[SLOT].facts == (fact,)
        assert events_of(scribe, fact) == [EventType.CREATED]

    def test_fact_closes_another_and_is_linked_with_it(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "I live in Oslo")
        rome, oslo = (
            fact_of(scribe, stored, city, positions=(n,)) for n, city in enumerate(("Rome", "Oslo"))
        )
        scribe.store.commit(derive(scribe, stored, new=(rome,)))
        closed = replace(rome, version=2, invalid_at=scribe.clock.now(), updated_at=scribe.clock.now())
        link = Relation(scribe.ids.new_id(), "supersedes", oslo.id, rome.id, 1.0, scribe.clock.now())

        scribe.store.commit(
            derive(
                scribe, stored, new=(oslo,), closed=(Revise(closed, 1, EventType.SUPERSEDED),), links=(link,)
            )
        )

        assert scribe.store.get(ANA, rome.id) == closed
        (related,) = scribe.store.related(ANA, oslo.id, type=None, limit=5)
        assert (related.relation, related.memory) == (link, closed)

    def test_what_changed_meanwhile_refuses_all_of_it(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "I live in Oslo")
        rome, oslo = (
            fact_of(scribe, stored, city, positions=(n,)) for n, city in enumerate(("Rome", "Oslo"))
        )
        late = derive(scribe, stored, new=(oslo,))
        scribe.store.commit(derive(scribe, stored, new=(rome,)))

        with refused(Conflict, "slot_changed"):
            scribe.store.commit(late)

        with pytest.raises(NotFound):
            scribe.store.get(ANA, oslo.id)

    def test_changed_version_refuses_all_of_it(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")
        rome = fact_of(scribe, stored, "Rome")
        scribe.store.commit(derive(scribe, stored, new=(rome,)))
        closed = replace(rome, version=3, invalid_at=scribe.clock.now())
        late = derive(scribe, stored, closed=(Revise(closed, 2, EventType.INVALIDATED),))

        with refused(Conflict, "version_conflict"):
            scribe.store.commit(late)

        assert scribe.store.get(ANA, rome.id) == rome

    def test_another_message_is_one_more_source(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "in Rome, yes")
        rome = fact_of(scribe, stored, "Rome")
        scribe.store.commit(derive(scribe, stored, new=(rome,)))

        scribe.store.commit(derive(scribe, stored, repeated=((rome.id, 1), (rome.id, 1))))

        assert [each.position for each in scribe.store.get(ANA, rome.id).sources] == [0, 1]

    def test_job_is_finished_by_what_it_derives_and_asks_for_the_next(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")
        claim = ask_and_claim(scribe)
        rome = fact_of(scribe, stored, "Rome")
        another = new_job("extract", id=scribe.ids.new_id(), at=scribe.clock.now())

        finish = Finish(claim, scribe.clock.now())
        scribe.store.commit(derive(scribe, stored, new=(rome,)), jobs=[another], finishes=finish)

        jobs = scribe.backend.jobs
        assert (jobs.get(claim.job.id).state, jobs.get(another.id).state) == (JobState.DONE, JobState.PENDING)
        with refused(Conflict, "lease_lost"):
            scribe.store.commit(derive(scribe, stored), finishes=finish)

    def test_nothing_derived_finishes_the_job_and_counts_as_no_change(self, scribe: Scribe) -> None:
        stored = store(scribe, "hello")
        claim, before = ask_and_claim(scribe), scribe.store.change_number()

        change = Derive(ANA, stored.episode.id, NOTHING, scribe.clock.now())
        scribe.store.commit(change, finishes=Finish(claim, scribe.clock.now()))

        assert scribe.backend.jobs.get(claim.job.id).state is JobState.DONE
        assert scribe.store.change_number() == before

    def test_episode_that_is_not_there_is_refused(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")

        with refused(NotFound, "episode_not_found"):
            scribe.store.commit(derive(scribe, stored)._replace(episode_id=UNKNOWN_ID))

    def test_kept_answer_tells_what_was_derived(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", idempotency=KEY)
        other = store(scribe, "I like tea", idempotency=KEY._replace(key="key-2"))
        rome = fact_of(scribe, stored, "Rome")

        change = derive(scribe, stored, new=(rome,))
        outcome = ((Decision.ADD, rome.id),)
        scribe.store.commit(change._replace(outcome=outcome, extends_answer=True))

        found = scribe.store.find_idempotent(ANA, KEY)
        assert found is not None
        assert (found.episode_id, found.facts) == (stored.episode.id, ((Decision.ADD, rome),))
        untouched = scribe.store.find_idempotent(ANA, KEY._replace(key="key-2"))
        assert untouched is not None
        assert (untouched.episode_id, untouched.facts) == (other.episode.id, ())


def store(scribe: Scribe, *texts: str, scope: Scope = ANA, idempotency: Idempotency | None = None) -> Stored:
    """Write an episode with one memory for each message."""
    episode = scribe.episode(*map(as_message, texts), scope=scope)
    memories = tuple(scribe.memory(episode, n) for n in range(len(texts)))
    new = tuple(scribe.new(memory, episode.messages[n]) for n, memory in enumerate(memories))
    outcome = [(Decision.ADD, memory) for memory in memories]
    scribe.store.commit(Remember(episode, new, answer=kept_answer(episode, idempotency, outcome)))
    return Stored(episode, memories)


def fact_of(scribe: Scribe, stored: Stored, city: str, *, positions: tuple[int, ...] = (0,)) -> Memory:
    """That Ana lives somewhere, derived from some messages, and not written yet."""
    at = stored.episode.created_at
    sources = tuple(
        Source(stored.episode.id, n, None, stored.episode.messages[n].role, None, at) for n in positions
    )
    return scribe.memory(
        stored.episode,
        positions[0],
        text=f"Ana lives in {city}",
        kind=Kind.SEMANTIC,
        origin=Origin.DERIVED,
        sources=sources,
        statement=Statement("Ana", "home", city, is_single=True, extractor="scripted:script p@0"),
        created_at=at + timedelta(seconds=1),
        updated_at=at + timedelta(seconds=1),
    )


def derive(
    scribe: Scribe,
    stored: Stored,
    *,
    new: tuple[Memory, ...] = (),
    closed: tuple[Revise, ...] = (),
    repeated: tuple[tuple[str, int], ...] = (),
    links: tuple[Relation, ...] = (),
) -> Derive:
    """What comes of an episode, decided on what stands now."""
    now = scribe.clock.now()
    seen: Mapping[Slot, tuple[int, int, int]] = {SLOT: scribe.store.standing(ANA, [SLOT], now=now)[SLOT].mark}
    written = tuple(
        NewMemory(memory, scribe.embed(memory), fingerprint(as_message(f"fact {memory.id}")))
        for memory in new
    )
    return Derive(
        stored.episode.scope, stored.episode.id, Formed(written, closed, repeated, links, seen), now
    )


def ask_and_claim(scribe: Scribe) -> JobClaim:
    """A job that this worker holds."""
    now = scribe.clock.now()
    scribe.backend.jobs.add([new_job("extract", id=scribe.ids.new_id(), at=now)])
    claim = scribe.backend.jobs.claim(["extract"], now=now, lease_seconds=60)
    assert claim is not None
    return claim


def events_of(scribe: Scribe, memory: Memory) -> list[EventType]:
    """What is told of a memory."""
    return [event.type for event in scribe.store.events(after=0, limit=100) if event.memory_id == memory.id]
