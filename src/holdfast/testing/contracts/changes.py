"""The contract of changes: what one did, several at once, what was derived, and steps in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from holdfast.domain.events import EventType
from holdfast.domain.memory import Origin, change_id_of
from holdfast.domain.ranking import Signal
from holdfast.domain.statement import Statement
from holdfast.errors import Conflict, NotFound
from holdfast.ports import Remember, Revise, ReviseTogether
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, refused
from holdfast.testing.contracts.scribe import ANA, as_message
from holdfast.testing.contracts.store import BOB

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.ports import Backend
    from holdfast.testing.contracts.scribe import Scribe

HOME = Statement("Ana", "home", "Rome", is_single=True, extractor="rules")


class ChangeContract(BackendContract):
    """What every ``MemoryStore`` knows of changes."""

    def test_version_is_a_change_of_its_own(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")
        assert backend.store.change(ANA, memory.id, 1).id == change_id_of(memory.id, 1)
        scribe.revise(memory, text="coffee")

        change = backend.store.change(ANA, memory.id, 2)

        assert (change.id, change.lost_sources) == (change_id_of(memory.id, 2), frozenset())
        assert [(each.memory_id, each.text) for each in change.versions] == [(memory.id, "coffee")]
        assert backend.store.change(ANA, memory.id, 1).versions[0].text == "tea"

    def test_change_that_is_not_there_is_not_found(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")
        with refused(NotFound, "change_not_found"):
            backend.store.change(ANA, memory.id, 2)
        with refused(NotFound, "memory_not_found"):
            backend.store.change(BOB, memory.id, 1)

    def test_parts_of_a_change_name_it_and_come_with_it(self, backend: Backend, scribe: Scribe) -> None:
        first, second, third = (scribe.remember(text)[0] for text in ("a", "b", "c"))
        change = change_id_of(second.id, 2)
        together(
            scribe, revised(scribe, second), revised(scribe, first, change), revised(scribe, third, change)
        )

        for memory in (first, second, third):
            found = backend.store.change(ANA, memory.id, 2)
            assert found.id == change
            assert [each.memory_id for each in found.versions] == [second.id, first.id, third.id]
            assert backend.store.history(ANA, memory.id)[-1].change_id == change
        assert scribe.shown() == []

    def test_several_are_revised_together_or_not_at_all(self, backend: Backend, scribe: Scribe) -> None:
        first, second = (scribe.remember(text)[0] for text in ("a", "b"))
        stale = second
        scribe.revise(second, importance=0.9)
        before = backend.store.change_number()

        with refused(Conflict, "version_conflict"):
            together(scribe, revised(scribe, first), revised(scribe, stale))

        assert backend.store.change_number() == before
        assert backend.store.get(ANA, first.id) == first
        assert len(backend.store.history(ANA, first.id)) == 1

    def test_new_words_of_several_are_found(self, backend: Backend, scribe: Scribe) -> None:
        memories = [scribe.remember(text)[0] for text in ("tea", "milk")]
        revisions = []
        for memory, text in zip(memories, ("rooibos", "kefir"), strict=True):
            after = replace(memory, text=text, version=2, updated_at=scribe.clock.now())
            revisions.append(Revise(after, 1, EventType.UPDATED, vector=scribe.embed(after)))
        together(scribe, *revisions)

        for memory, text in zip(memories, ("rooibos", "kefir"), strict=True):
            key = backend.store.key_of(ANA, memory.id)
            words = backend.words.search(ANA, text, limit=9)[Signal.WORDS]
            meaning = backend.vectors.search(ANA, EMBEDDER.embed_query(text), limit=9)[Signal.MEANING]
            assert [*words.by_key] == [key]
            assert meaning.by_key[key] == pytest.approx(1, abs=1e-3)

    def test_decision_on_a_slot_that_has_changed_is_refused(self, backend: Backend, scribe: Scribe) -> None:
        (fact,) = scribe.remember("Ana lives in Rome", statement=HOME)
        now = scribe.clock.now()
        seen = {HOME.slot: backend.store.standing(ANA, [HOME.slot], now=now)[HOME.slot].mark}
        together(scribe, revised(scribe, fact), seen=seen)
        (other,) = scribe.remember("tea")

        with refused(Conflict, "slot_changed"):
            together(scribe, revised(scribe, other), seen=seen)
        assert scribe.shown() == ["tea"]

    def test_source_is_taken_off_and_put_back(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")
        scribe.say_again(memory)
        both = backend.store.get(ANA, memory.id)
        then = scribe.clock.now()
        off = together(scribe, kept(scribe, both), taken_off=((memory.id, both.sources[1]),))

        assert backend.store.get(ANA, memory.id).sources == memory.sources
        assert backend.store.get(ANA, memory.id, as_of=then).sources == both.sources
        assert backend.store.change(ANA, memory.id, 2).lost_sources == {memory.id}
        latest = backend.store.get(ANA, memory.id)
        together(scribe, kept(scribe, latest), put_back=((memory.id, off.at),))
        assert backend.store.get(ANA, memory.id).sources == both.sources
        assert backend.store.change(ANA, memory.id, 2).lost_sources == frozenset()
        assert backend.store.check() == ()

    def test_derived_memories_depend_on_messages_that_one_memory_holds(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        message, fact = with_fact(scribe, "I live in Rome with my dog", "Ana lives in Rome")
        (dependent,) = backend.store.dependents(ANA, message.id, message.sources)
        assert (dependent.memory.id, dependent.sources, dependent.is_left) == (fact.id, fact.sources, True)
        assert backend.store.dependents(ANA, fact.id, fact.sources) == ()
        with refused(NotFound, "memory_not_found"):
            backend.store.dependents(BOB, message.id, message.sources)

        episode = scribe.say_again(fact)  # another message says it too
        both = backend.store.get(ANA, fact.id)
        assert both.sources[1].episode_id == episode.id
        (dependent,) = backend.store.dependents(ANA, message.id, message.sources)
        assert (dependent.sources, dependent.is_left) == (fact.sources, False)

        scribe.delete(both)
        assert backend.store.dependents(ANA, message.id, message.sources) == ()

    def test_message_that_another_memory_holds_too_has_no_dependents(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        message, fact = with_fact(scribe, "I live in Rome with my dog", "Ana lives in Rome")
        episode = scribe.episode(as_message("more of it"))
        piece = scribe.memory(episode, 0)
        scribe.store.commit(Remember(episode, (scribe.new(piece, episode.messages[0]),), ((fact.id, 0),)))
        cited = backend.store.get(ANA, fact.id)

        (dependent,) = backend.store.dependents(ANA, piece.id, piece.sources)
        assert (dependent.sources, dependent.is_left) == (piece.sources, False)
        assert [each.sources for each in backend.store.dependents(ANA, message.id, cited.sources)] == [
            message.sources
        ]

    def test_steps_are_in_order_and_of_the_span(self, backend: Backend, scribe: Scribe) -> None:
        (early,) = scribe.remember("early")
        since = scribe.clock.now()
        (note,) = scribe.remember("note")
        changed = scribe.revise(note, text="changed", reason="a typo")
        gone = scribe.delete(early)
        until = scribe.clock.now()
        scribe.restore(gone)
        scribe.remember("of another", scope=BOB)

        steps = backend.store.steps(ANA, since, until, limit=9, after=None)

        assert [(each.memory.id, each.version.version, each.version.event) for each in steps] == [
            (note.id, 1, "memory.created"),
            (note.id, 2, "memory.updated"),
            (early.id, 2, "memory.deleted"),
        ]
        assert [each.before and each.before.text for each in steps] == [None, "note", "early"]
        assert (steps[1].version.text, steps[1].version.reason) == (changed.text, "a typo")
        later = backend.store.steps(ANA, until, scribe.clock.now(), limit=9, after=None)
        assert [each.version.event for each in later] == ["memory.restored"]
        assert backend.store.steps(BOB, since, until, limit=9, after=None) == ()

    def test_steps_come_in_pages(self, backend: Backend, scribe: Scribe) -> None:
        since = scribe.clock.now()
        first, second = scribe.remember("a", "b")  # of one instant
        scribe.revise(second, text="b2")
        scribe.revise(first, text="a2")
        scribe.clock.advance(seconds=1)
        span = since, scribe.clock.now() + timedelta(seconds=1)
        whole = backend.store.steps(ANA, *span, limit=99, after=None)
        assert [each.version.text for each in whole] == ["a", "b", "b2", "a2"]

        for place, step in enumerate(whole):
            after = (step.memory.id, step.version.version)
            rest = backend.store.steps(ANA, *span, limit=2, after=after)
            assert rest == whole[place + 1 : place + 3]
        with refused(NotFound, "change_not_found"):
            backend.store.steps(ANA, *span, limit=9, after=(first.id, 9))
        with refused(NotFound, "memory_not_found"):
            backend.store.steps(BOB, *span, limit=9, after=(first.id, 1))


def with_fact(scribe: Scribe, said: str, fact: str) -> tuple[Memory, Memory]:
    """A message, and a fact that was derived from it."""
    episode = scribe.episode(as_message(said))
    message = scribe.memory(episode, 0)
    derived = scribe.memory(episode, 0, text=fact, origin=Origin.DERIVED, statement=HOME)
    new = (
        scribe.new(message, episode.messages[0]),
        scribe.new(derived, as_message(f"{fact} {derived.id}")),
    )
    scribe.store.commit(Remember(episode, new))
    return message, derived


def revised(scribe: Scribe, memory: Memory, change: str | None = None) -> Revise:
    """The memory deleted."""
    after = replace(memory, version=memory.version + 1, updated_at=scribe.clock.now())
    gone = replace(after, expired_at=scribe.clock.now())
    return Revise(gone, memory.version, EventType.DELETED, change=change)


def kept(scribe: Scribe, memory: Memory) -> Revise:
    """The memory as it is, with a new version."""
    after = replace(memory, version=memory.version + 1, updated_at=scribe.clock.now() + timedelta(seconds=1))
    return Revise(after, memory.version, EventType.UPDATED)


def together(scribe: Scribe, *revisions: Revise, **more: Any) -> ReviseTogether:  # noqa: ANN401 (its fields)
    """Write several revisions at once."""
    scribe.clock.advance(seconds=1)
    change = ReviseTogether(ANA, revisions, scribe.clock.now(), "test", **more)
    scribe.store.commit(change)
    return change
