"""The contract of ``MemoryStore`` for reading episodes anew, and for facts that take the place of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import change_id_of
from holdfast.domain.message import fingerprint
from holdfast.domain.scope import Scope
from holdfast.errors import Conflict, NotFound
from holdfast.ports import NewMemory, Recorded, Rederive, Revise
from holdfast.testing.contracts.deriving import SLOT, UNKNOWN_ID, Stored, derive, events_of, fact_of, store
from holdfast.testing.contracts.place import BackendContract, refused
from holdfast.testing.contracts.scribe import ANA, Scribe, as_message

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory

BEN = Scope("acme", "ben", "tutor", "s1")


class RederivingContract(BackendContract):
    """What every ``MemoryStore`` does for a rebuild."""

    def test_episodes_come_as_they_were_stored_with_what_holds_their_messages(self, scribe: Scribe) -> None:
        first, second = store(scribe, "I live in Rome", "yes"), store(scribe, "I like tea", scope=BEN)
        scribe.store.commit(derive(scribe, first, new=(fact_of(scribe, first, "Rome"),)))

        found = scribe.store.episodes(None, after=None, limit=10)

        assert found == (_recorded(first), _recorded(second))
        assert scribe.store.episodes(None, after=first.episode.id, limit=10) == found[1:]
        assert scribe.store.episodes(None, after=None, limit=1) == found[:1]
        assert scribe.store.episode_count(None) == 2

    def test_episodes_of_a_scope_are_those_that_it_covers(self, scribe: Scribe) -> None:
        store(scribe, "I live in Rome")
        other = store(scribe, "I like tea", scope=BEN)

        for scope in (BEN, Scope("acme"), Scope("acme", "ben"), Scope("acme", None, "tutor")):
            assert scribe.store.episodes(scope, after=None, limit=10) == (_recorded(other),)
            assert scribe.store.episode_count(scope) == 1
        assert scribe.store.episodes(Scope("acme", "ana"), after=None, limit=10) == ()

    def test_deleted_memory_holds_its_message_no_more(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")
        _delete(scribe, stored.memories[0])

        assert scribe.store.episodes(ANA, after=None, limit=10) == (Recorded(stored.episode, ()),)

    def test_facts_come_as_they_were_stored_deleted_ones_too(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "in Oslo")
        rome, oslo = (
            fact_of(scribe, stored, city, positions=(n,)) for n, city in enumerate(("Rome", "Oslo"))
        )
        scribe.store.commit(derive(scribe, stored, new=(rome, oslo)))
        gone = _delete(scribe, rome)

        assert scribe.store.facts(None, after=None, limit=10) == (gone, oslo)
        assert scribe.store.facts(ANA, after=rome.id, limit=10) == (oslo,)
        assert scribe.store.facts(ANA, after=None, limit=1) == (gone,)
        assert scribe.store.facts(BEN, after=None, limit=10) == ()

    def test_place_that_is_not_there_is_refused(self, scribe: Scribe) -> None:
        with refused(NotFound, "episode_not_found"):
            scribe.store.episodes(None, after=UNKNOWN_ID, limit=1)
        with refused(NotFound, "memory_not_found"):
            scribe.store.facts(None, after=UNKNOWN_ID, limit=1)

    def test_new_fact_takes_the_place_of_another_in_one_change(self, scribe: Scribe) -> None:
        first, second = store(scribe, "I live in Rome"), store(scribe, "in Oslo")
        rome = fact_of(scribe, first, "Rome")
        scribe.store.commit(derive(scribe, first, new=(rome,)))
        oslo = fact_of(scribe, second, "Oslo")
        oslo = replace(oslo, sources=(*first.memories[0].sources, *oslo.sources))
        link = Relation(scribe.ids.new_id(), "supersedes", oslo.id, rome.id, 1.0, scribe.clock.now())

        change = _rederive(scribe, new=(oslo,), retired=(rome,))._replace(links=(link,))
        scribe.store.commit(change)

        assert scribe.store.get(ANA, oslo.id) == oslo
        assert scribe.store.get(ANA, rome.id).is_deleted
        assert events_of(scribe, oslo)[0] is EventType.CREATED
        assert events_of(scribe, rome)[-1] is EventType.DELETED
        changed = scribe.store.change(ANA, oslo.id, 1)
        assert (changed.id, {each.memory_id for each in changed.versions}) == (
            change.change,
            {rome.id, oslo.id},
        )
        assert scribe.store.standing(ANA, [SLOT], now=scribe.clock.now())[SLOT].facts == (oslo,)
        (related,) = scribe.store.related(ANA, rome.id, type=None, limit=5)
        assert related.relation == link

    def test_fact_that_stays_cites_another_message(self, scribe: Scribe) -> None:
        first, second = store(scribe, "I live in Rome"), store(scribe, "Rome, yes")
        rome = fact_of(scribe, first, "Rome")
        scribe.store.commit(derive(scribe, first, new=(rome,)))
        (again,) = second.memories[0].sources

        scribe.store.commit(_rederive(scribe)._replace(cited=((rome.id, again), (rome.id, again))))

        assert scribe.store.get(ANA, rome.id).sources == (*rome.sources, again)

    def test_slot_that_changed_meanwhile_refuses_all_of_it(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "in Oslo")
        rome, oslo = (
            fact_of(scribe, stored, city, positions=(n,)) for n, city in enumerate(("Rome", "Oslo"))
        )
        late = _rederive(scribe, new=(oslo,))
        scribe.store.commit(derive(scribe, stored, new=(rome,)))

        with refused(Conflict, "slot_changed"):
            scribe.store.commit(late)

        with pytest.raises(NotFound):
            scribe.store.get(ANA, oslo.id)

    def test_version_that_changed_meanwhile_refuses_all_of_it(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome", "in Oslo")
        rome, oslo = (
            fact_of(scribe, stored, city, positions=(n,)) for n, city in enumerate(("Rome", "Oslo"))
        )
        scribe.store.commit(derive(scribe, stored, new=(rome,)))
        late = _rederive(scribe, new=(oslo,), retired=(replace(rome, version=2),))

        with refused(Conflict, "version_conflict"):
            scribe.store.commit(late)

        with pytest.raises(NotFound):
            scribe.store.get(ANA, oslo.id)
        assert scribe.store.get(ANA, rome.id) == rome

    def test_fact_of_a_message_that_was_deleted_meanwhile_is_refused(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")
        rome = fact_of(scribe, stored, "Rome")
        late = _rederive(scribe, new=(rome,))
        _delete(scribe, stored.memories[0])

        with refused(Conflict, "slot_changed"):
            scribe.store.commit(late)

        with pytest.raises(NotFound):
            scribe.store.get(ANA, rome.id)

    def test_episode_that_is_not_there_is_refused(self, scribe: Scribe) -> None:
        stored = store(scribe, "I live in Rome")
        rome = fact_of(scribe, stored, "Rome")
        elsewhere = replace(rome, sources=(replace(rome.sources[0], episode_id=UNKNOWN_ID),))

        with refused(NotFound, "episode_not_found"):
            scribe.store.commit(_rederive(scribe, new=(elsewhere,)))


def _recorded(stored: Stored) -> Recorded:
    held = zip(stored.memories, map(fingerprint, stored.episode.messages), strict=True)
    return Recorded(stored.episode, tuple(held))


def _delete(scribe: Scribe, memory: Memory) -> Memory:
    now = scribe.clock.now()
    gone = replace(memory, version=memory.version + 1, updated_at=now, expired_at=now)
    scribe.store.commit(Revise(gone, memory.version, EventType.DELETED))
    return gone


def _rederive(scribe: Scribe, *, new: tuple[Memory, ...] = (), retired: tuple[Memory, ...] = ()) -> Rederive:
    """A change decided on what stands now, called after the first fact of it."""
    now = scribe.clock.now()
    written = tuple(
        NewMemory(memory, scribe.embed(memory), fingerprint(as_message(f"fact {memory.id}")))
        for memory in new
    )
    change = change_id_of(UNKNOWN_ID, 1)
    for memory in (*new, *retired):
        change = change_id_of(memory.id, memory.version + (memory in retired))
    revised = tuple(
        Revise(
            replace(memory, version=memory.version + 1, updated_at=now, expired_at=now),
            memory.version,
            EventType.DELETED,
            change=change,
        )
        for memory in retired
    )
    seen = {SLOT: scribe.store.standing(ANA, [SLOT], now=now)[SLOT].mark}
    return Rederive(ANA, written, revised, (), (), now, change, seen)
