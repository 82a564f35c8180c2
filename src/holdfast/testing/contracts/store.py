"""The contract of ``MemoryStore``: what a commit does, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from holdfast.domain.decision import Decision
from holdfast.domain.entity import RelatedMemory, Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import Kind, Memory, Origin, State, Tier
from holdfast.domain.message import Message, Role, fingerprint
from holdfast.domain.metadata import read_metadata
from holdfast.domain.record import EpisodeRecord
from holdfast.domain.reinforcement import reinforcement
from holdfast.domain.scope import Scope
from holdfast.domain.wording import wording
from holdfast.errors import BackendRejected, Conflict, NotFound
from holdfast.ports import Answer, Answered, Backend, Idempotency, Rate, Relate, Remember, Revise, StoreStats
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, refused
from holdfast.testing.contracts.scribe import ANA, Scribe, as_message, kept_answer
from holdfast.testing.embedder import HashingEmbedder

BOB = Scope.of(user_id="bob")
TENANT = Scope.whole_tenant()
UNKNOWN_ID = "00000000-0000-7000-8000-00000000ffff"
KEY = Idempotency("key-1", b"0123456789abcdef")


class MemoryStoreContract(BackendContract):
    """What every ``MemoryStore`` does when it is written to."""

    def test_memory_is_read_as_it_was_written(self, scribe: Scribe) -> None:
        said = scribe.clock.now() - timedelta(days=3, microseconds=7)
        message = Message(Role.ASSISTANT, "Ünïcode 记忆 🧠\nin 'two' \"lines\"", "Tom", "D1:3", said)
        metadata = read_metadata(
            {"category": "work", "tags": ["db", "ü"], "n": -1, "f": 0.1, "yes": True, "none": None, "s": ""}
        )
        episode = scribe.episode(message, scope=Scope("acme", "ana", "tutor", "s1"), metadata=metadata)
        memory = scribe.memory(
            episode, 0, kind=Kind.PROCEDURAL, tier=Tier.MEDIUM, importance=0.25, trust=0.125,
            invalid_at=said + timedelta(days=1), expires_at=said + timedelta(days=9),
        )  # fmt: skip

        scribe.store.commit(Remember(episode, (scribe.new(memory, message),)))

        assert scribe.store.get(Scope.whole_tenant(tenant="acme"), memory.id) == memory

    def test_origin_of_a_message_is_kept_with_it(self, scribe: Scribe) -> None:
        message = Message(Role.USER, "a page", origin=Origin.DOCUMENT)
        episode = scribe.episode(message)
        memory = scribe.memory(episode, 0)

        scribe.store.commit(Remember(episode, (scribe.new(memory, message),)))

        assert scribe.store.get(ANA, memory.id).origin is Origin.DOCUMENT
        (record, _) = scribe.store.records(None)
        assert isinstance(record, EpisodeRecord)
        assert record.episode.messages == (message,)

    def test_version_says_who_made_it_and_how_far_it_was_trusted(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember(Message(Role.TOOL, "always be brief"))
        after = replace(memory, trust=1.0, kind=Kind.PROCEDURAL, version=2)

        scribe.store.commit(Revise(after, 1, EventType.PROMOTED, "read it", by="ana"))

        first, second = scribe.store.history(ANA, memory.id)
        assert (first.trust, first.kind, first.by) == (memory.trust, Kind.EPISODIC, None)
        assert (second.trust, second.kind, second.by) == (1.0, Kind.PROCEDURAL, "ana")
        assert scribe.store.get(ANA, memory.id).trust == 1.0

    def test_redaction_key_is_random_and_stays(self, scribe: Scribe) -> None:
        key = scribe.store.redaction_key()
        scribe.remember("hello")

        assert len(key) == 32
        assert len(set(key)) > 8
        assert scribe.store.redaction_key() == key

    def test_memory_is_found_by_its_wording(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I live in  Oslo.")
        (deleted,) = scribe.remember("I like tea")
        scribe.store.commit(
            Revise(replace(deleted, version=2, expired_at=scribe.clock.now()), 1, EventType.DELETED)
        )
        scribe.remember(Message(Role.USER, "I live in Oslo"), scope=BOB)
        same, gone, other = wording('"i live in Oslo"'), wording("I like tea"), wording("I live in Rome")

        found = scribe.store.worded(ANA, (same, gone, other))

        assert {key: [each.id for each in held] for key, held in found.items()} == {
            same: [memory.id],
            gone: [deleted.id],
        }
        assert scribe.store.worded(Scope.of(user_id="nobody"), (same,)) == {}
        assert scribe.store.worded(ANA, ()) == {}

    def test_wording_follows_the_text(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I live in Oslo")

        after = replace(memory, text="I live in Rome", version=2)
        scribe.store.commit(Revise(after, 1, EventType.UPDATED, vector=scribe.embed(after)))

        assert scribe.store.worded(ANA, (wording("I live in Oslo"),)) == {}
        assert list(scribe.store.worded(ANA, (wording("I live in Rome"),))) == [wording("I live in Rome")]

    def test_message_without_a_time_was_said_when_its_episode_was_added(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        assert scribe.store.get(ANA, memory.id).sources[0].at == memory.created_at

    def test_pieces_of_one_message_share_its_source(self, scribe: Scribe) -> None:
        message = as_message("first piece. second piece.")
        episode = scribe.episode(message)
        pieces = [scribe.memory(episode, 0, text=text) for text in ("first piece.", "second piece.")]

        scribe.store.commit(Remember(episode, tuple(scribe.new(piece, message) for piece in pieces)))

        assert [scribe.store.get(ANA, piece.id) for piece in pieces] == pieces
        assert known(scribe, ANA, fingerprint(message)) == {fingerprint(message): tuple(pieces)}

    def test_message_that_the_scope_knows_is_refused_whole(self, scribe: Scribe) -> None:
        scribe.remember("hello")
        before = counts(scribe)

        with refused(Conflict, "already_known"):
            scribe.remember("something new", "hello")

        assert counts(scribe) == before
        assert scribe.shown() == ["hello"]

    @pytest.mark.parametrize(
        "scope", [BOB, Scope.of(user_id="ana", session_id="s1"), Scope("acme", "ana")], ids=str
    )
    def test_message_that_another_scope_knows_is_new(self, scribe: Scribe, scope: Scope) -> None:
        scribe.remember("hello")

        (memory,) = scribe.remember("hello", scope=scope)

        assert scribe.store.get(scope, memory.id) == memory

    def test_message_of_a_deleted_memory_is_new(self, scribe: Scribe) -> None:
        (first,) = scribe.remember("hello")
        scribe.delete(first)

        (second,) = scribe.remember("hello")

        assert known(scribe, ANA, fingerprint(as_message("hello"))) == {
            fingerprint(as_message("hello")): (second,)
        }

    def test_message_of_an_expired_memory_is_new(self, scribe: Scribe) -> None:
        expiry = scribe.clock.now() + timedelta(hours=1)
        scribe.remember("hello", expires_at=expiry)
        with refused(Conflict, "already_known"):
            scribe.remember("hello")
        scribe.clock.advance(hours=1)
        assert known(scribe, ANA, fingerprint(as_message("hello"))) == {}

        scribe.remember("hello")

        assert scribe.shown() == ["hello"]

    def test_what_is_known_is_known_in_exactly_its_scope(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello", scope=Scope.of(user_id="ana", session_id="s1"))
        digest = fingerprint(as_message("hello"))

        assert known(scribe, memory.scope, digest, b"?" * 16) == {digest: (memory,)}
        assert known(scribe, ANA, digest) == {}
        assert known(scribe, Scope.of(session_id="s1"), digest) == {}
        assert known(scribe, memory.scope) == {}

    def test_message_said_again_becomes_a_source(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember(Message(Role.USER, "hello", "Ana"))
        before = counts(scribe)

        episode = scribe.say_again(memory)

        first, second = scribe.store.get(ANA, memory.id).sources
        assert first == memory.sources[0]
        assert (second.episode_id, second.position, second.name) == (episode.id, 0, "Ana")
        assert second.at == episode.created_at
        after = scribe.store.stats()
        assert (after.memories, after.episodes) == (before.memories, before.episodes + 1)

    def test_message_said_twice_in_one_episode_has_two_sources(self, scribe: Scribe) -> None:
        message = as_message("hello")
        episode = scribe.episode(message, message)
        memory = scribe.memory(episode, 0)

        scribe.store.commit(Remember(episode, (scribe.new(memory, message),), ((memory.id, 1),)))

        assert [source.position for source in scribe.store.get(ANA, memory.id).sources] == [0, 1]

    def test_unknown_memory_cannot_be_said_again(self, scribe: Scribe) -> None:
        scribe.remember("hello")
        before = counts(scribe)
        episode = scribe.episode(as_message("new"), as_message("again"))
        new = scribe.new(scribe.memory(episode, 0), episode.messages[0])

        with refused(NotFound, "memory_not_found"):
            scribe.store.commit(Remember(episode, (new,), ((UNKNOWN_ID, 1),)))

        assert counts(scribe) == before

    def test_idempotency_key_answers_what_its_write_did(self, scribe: Scribe) -> None:
        (earlier,) = scribe.remember("known")
        messages = [as_message(text) for text in ("first", "known", "last")]
        episode = scribe.episode(*messages)
        first, last = scribe.memory(episode, 0), scribe.memory(episode, 2)
        new = (scribe.new(first, messages[0]), scribe.new(last, messages[2]))
        assert scribe.store.find_idempotent(ANA, KEY) is None

        outcome = [(Decision.ADD, first), (Decision.NONE, earlier), (Decision.ADD, last)]
        scribe.store.commit(Remember(episode, new, ((earlier.id, 1),), kept_answer(episode, KEY, outcome)))

        assert scribe.store.find_idempotent(ANA, KEY) == Answered(
            episode.id,
            (
                (Decision.ADD, first),
                (Decision.NONE, scribe.store.get(ANA, earlier.id)),
                (Decision.ADD, last),
            ),
            (),
        )

    def test_idempotency_key_answers_with_the_memory_as_it_is_now(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello", idempotency=KEY)
        changed = scribe.revise(memory, text="good morning")

        answer = scribe.store.find_idempotent(ANA, KEY)

        assert answer is not None
        assert answer[1] == ((Decision.ADD, changed),)

    def test_idempotency_key_with_another_body_is_refused(self, scribe: Scribe) -> None:
        scribe.remember("hello", idempotency=KEY)

        with refused(Conflict, "idempotency_key_reused"):
            scribe.store.find_idempotent(ANA, Idempotency(KEY.key, b"another body...."))

    def test_words_are_unknown_after_the_memory_of_them_was_changed(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I live in Bonn")
        told, now = fingerprint(as_message("I live in Bonn")), fingerprint(as_message("I live in Berlin"))

        scribe.revise(memory, text="I live in Berlin")

        assert set(scribe.store.find_known(ANA, [told, now], now=scribe.clock.now())) == {now}

    def test_message_with_an_id_stays_known_after_its_memory_was_changed(self, scribe: Scribe) -> None:
        message = Message(Role.USER, "I live in Bonn", id="D1:3")
        (memory,) = scribe.remember(message)

        scribe.revise(memory, text="I live in Berlin")

        assert set(scribe.store.find_known(ANA, [fingerprint(message)], now=scribe.clock.now())) == {
            fingerprint(message)
        }

    def test_answer_to_a_write_that_changed_nothing_is_kept_alone(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        kept = Answer(
            ANA, KEY, memory.sources[0].episode_id, ((Decision.NONE, memory.id),), memory.created_at
        )

        scribe.store.commit(kept)

        assert scribe.store.stats().messages == 1
        assert scribe.store.find_idempotent(ANA, KEY) == Answered(
            kept.episode_id, ((Decision.NONE, memory),), ()
        )
        with refused(Conflict, "idempotency_conflict"):
            scribe.store.commit(kept)

    def test_idempotency_key_belongs_to_exactly_its_scope(self, scribe: Scribe) -> None:
        scribe.remember("hello", idempotency=KEY)

        assert scribe.store.find_idempotent(BOB, KEY) is None
        assert scribe.store.find_idempotent(Scope.of(user_id="ana", session_id="s"), KEY) is None

    def test_idempotency_key_is_written_once(self, scribe: Scribe) -> None:
        scribe.remember("hello", idempotency=KEY)
        before = counts(scribe)

        with refused(Conflict, "idempotency_conflict"):
            scribe.remember("something else", idempotency=KEY)

        assert counts(scribe) == before

    def test_refused_write_keeps_no_idempotency_key(self, scribe: Scribe) -> None:
        scribe.remember("hello")

        with refused(Conflict, "already_known"):
            scribe.remember("hello", idempotency=KEY)

        assert scribe.store.find_idempotent(ANA, KEY) is None

    def test_revision_replaces_the_content_and_keeps_the_version_before(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I live in Bonn")

        changed = scribe.revise(
            memory, reason="moved", text="I live in Berlin", metadata=read_metadata({"category": "home"}),
            importance=0.9, trust=0.5, kind=Kind.SEMANTIC, tier=Tier.SHORT, state=State.ARCHIVED,
            valid_at=scribe.clock.now(), invalid_at=scribe.clock.now() + timedelta(days=1),
            expires_at=scribe.clock.now() + timedelta(days=2),
        )  # fmt: skip

        assert scribe.store.get(ANA, memory.id) == changed
        first, second = scribe.store.history(ANA, memory.id)
        assert (first.version, first.text, first.event) == (1, "I live in Bonn", "memory.created")
        assert (first.recorded_at, first.reason, first.metadata) == (memory.created_at, None, {})
        assert (second.version, second.text, second.event) == (2, "I live in Berlin", "memory.updated")
        assert (second.recorded_at, second.reason) == (changed.updated_at, "moved")
        assert (second.importance, second.expires_at, second.deleted) == (0.9, changed.expires_at, False)
        assert second.metadata == {"category": "home"}

    def test_unchanged_memory_has_one_version(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        (version,) = scribe.store.history(ANA, memory.id)

        assert (version.memory_id, version.version, version.text) == (memory.id, 1, "hello")

    def test_revision_leaves_where_a_memory_came_from(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember(Message(Role.USER, "hello", "Ana"))
        said_again = scribe.say_again(memory)

        scribe.revise(memory, text="good morning")

        kept = scribe.store.get(ANA, memory.id)
        assert [source.episode_id for source in kept.sources] == [
            memory.sources[0].episode_id,
            said_again.id,
        ]
        assert (kept.scope, kept.origin, kept.created_at) == (ANA, memory.origin, memory.created_at)
        assert kept.entities == ("Ana",)

    def test_delete_and_restore_are_versions(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        restored = scribe.restore(scribe.delete(memory))

        assert scribe.store.get(ANA, memory.id) == restored
        assert [(v.version, v.event, v.deleted) for v in scribe.store.history(ANA, memory.id)] == [
            (1, "memory.created", False),
            (2, "memory.deleted", True),
            (3, "memory.restored", False),
        ]

    def test_deleted_memory_keeps_its_history(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        deleted = scribe.delete(memory)

        assert scribe.store.get(ANA, memory.id) == deleted
        assert len(scribe.store.history(ANA, memory.id)) == 2

    def test_revision_of_an_outdated_version_is_refused(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        current = scribe.revise(memory, text="good morning")
        before = counts(scribe)

        with pytest.raises(Conflict) as caught:
            scribe.revise(memory, text="good night")

        assert caught.value.code == "version_conflict"
        assert caught.value.fields["version"] == 2
        assert caught.value.fields["expected_version"] == 1
        assert scribe.store.get(ANA, memory.id) == current
        assert counts(scribe) == before
        assert len(scribe.store.history(ANA, memory.id)) == 2

    def test_one_of_many_revisions_at_once_wins(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        def attempt(number: int) -> bool:
            after = replace(memory, text=f"hello {number}", version=2)
            change = Revise(after, 1, event=EventType.UPDATED, vector=scribe.embed(after))
            try:
                scribe.store.commit(change)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(4) as threads:
            won = list(threads.map(attempt, range(8)))

        assert won.count(True) == 1
        assert scribe.store.get(ANA, memory.id).text == f"hello {won.index(True)}"

    def test_one_of_many_equal_writes_at_once_wins(self, scribe: Scribe) -> None:
        message = as_message("hello")
        episodes = [scribe.episode(message) for _ in range(8)]
        changes = [Remember(e, (scribe.new(scribe.memory(e, 0), message),)) for e in episodes]

        with ThreadPoolExecutor(4) as threads:
            won = list(threads.map(lambda change: is_committed(scribe, change), changes))

        assert won.count(True) == 1
        assert scribe.shown() == ["hello"]

    def test_unknown_memory_cannot_be_revised(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        with refused(NotFound, "memory_not_found"):
            scribe.revise(replace(memory, id=UNKNOWN_ID), importance=0.1)

    def test_relation_is_seen_from_both_ends(self, scribe: Scribe) -> None:
        old, new = scribe.remember("I live in Bonn", "I live in Berlin")

        relation = scribe.relate(new, old, type="supersedes", strength=0.5)

        (seen,) = related(scribe, new)
        assert (seen.relation, seen.memory, seen.outgoing) == (relation, old, True)
        (seen,) = related(scribe, old)
        assert (seen.relation, seen.memory, seen.outgoing) == (relation, new, False)

    def test_same_relation_again_is_replaced(self, scribe: Scribe) -> None:
        a, b = scribe.remember("a", "b")
        scribe.relate(a, b, strength=0.2)

        second = scribe.relate(a, b, strength=0.7)

        (seen,) = related(scribe, a)
        assert seen.relation == second
        assert scribe.store.stats().relations == 1

    def test_relations_back_or_of_another_type_are_others(self, scribe: Scribe) -> None:
        a, b = scribe.remember("a", "b")
        for origin, target, kind in ((a, b, "extends"), (b, a, "extends"), (a, b, "contradicts")):
            scribe.relate(origin, target, type=kind)

        assert len(related(scribe, a)) == 3
        assert [seen.relation.type for seen in related(scribe, a, type="contradicts")] == ["contradicts"]

    def test_related_memories_come_strongest_link_first_then_newest(self, scribe: Scribe) -> None:
        a, b, c, d, e = scribe.remember("a", "b", "c", "d", "e")
        for target, strength in ((b, 0.5), (c, 0.9), (d, 0.5), (e, 0.1)):
            scribe.relate(a, target, strength=strength)

        assert [seen.memory.text for seen in related(scribe, a)] == ["c", "d", "b", "e"]
        assert [seen.memory.text for seen in related(scribe, a, limit=2)] == ["c", "d"]

    def test_related_memories_outside_the_scope_are_not_shown(self, scribe: Scribe) -> None:
        a, b = scribe.remember("a", "b")
        (foreign,) = scribe.remember("foreign", scope=BOB)
        scribe.relate(a, foreign, strength=1.0)
        scribe.relate(a, b, strength=0.5)

        assert [seen.memory.text for seen in related(scribe, a, limit=1)] == ["b"]
        assert [seen.memory.text for seen in related(scribe, a, scope=TENANT)] == ["foreign", "b"]

    def test_deleted_memories_are_not_related(self, scribe: Scribe) -> None:
        a, b, c = scribe.remember("a", "b", "c")
        scribe.relate(a, b)
        scribe.relate(a, c, strength=0.5)
        scribe.delete(b)

        assert [seen.memory.text for seen in related(scribe, a, limit=1)] == ["c"]

    @pytest.mark.parametrize("end", ["from", "to"])
    def test_unknown_memory_cannot_be_linked(self, scribe: Scribe, end: str) -> None:
        (memory,) = scribe.remember("a")
        unknown = replace(memory, id=UNKNOWN_ID)
        before = counts(scribe)

        with refused(NotFound, "memory_not_found"):
            scribe.relate(*((unknown, memory) if end == "from" else (memory, unknown)))

        assert counts(scribe) == before

    @pytest.mark.parametrize("scope", [BOB, Scope.whole_tenant(tenant="acme")], ids=str)
    def test_memory_outside_the_scope_cannot_be_linked(self, scribe: Scribe, scope: Scope) -> None:
        a, b = scribe.remember("a", "b")
        relation = Relation(scribe.ids.new_id(), "extends", a.id, b.id, 1.0, scribe.clock.now())

        with refused(NotFound, "memory_not_found"):
            scribe.store.commit(Relate(scope, relation))

    def test_memories_of_two_tenants_cannot_be_linked(self, scribe: Scribe) -> None:
        (a,) = scribe.remember("a")
        (foreign,) = scribe.remember("foreign", scope=Scope("acme", "ana"))

        with refused(NotFound, "memory_not_found"):
            scribe.relate(a, foreign)

    def test_feedback_is_counted_and_makes_no_version(self, scribe: Scribe) -> None:
        rated, other = scribe.remember("a", "b")
        scribe.rate(rated, useful=True)
        scribe.rate(rated, useful=True)
        used_at = scribe.clock.now()
        scribe.rate(rated, useful=False)

        assert scribe.store.get(ANA, rated.id) == replace(
            rated, useful_count=2, useless_count=1, access_count=2, accessed_at=used_at
        )
        assert scribe.store.get(ANA, other.id) == other
        assert len(scribe.store.history(ANA, rated.id)) == 1

    def test_feedback_reaches_ranking_and_outlives_every_change(
        self, backend: Backend, place: Place, scribe: Scribe
    ) -> None:
        first, second = scribe.remember("a", "b")
        other_opening = place(EMBEDDER.identity)
        assert feedback_of(backend, first, second) == feedback_of(other_opening, first, second) == [0, 0]

        scribe.rate(first, useful=True)
        scribe.rate(second, useful=False)
        expected = [reinforcement(1, 0), reinforcement(0, 1)]
        assert feedback_of(backend, first, second) == feedback_of(other_opening, first, second) == expected

        (third,) = scribe.remember("c")
        scribe.restore(scribe.delete(scribe.revise(first, text="another text")))
        scribe.rate(third, useful=True)
        scribe.rate(third, useful=False)
        scribe.rate(second, useful=True)
        expected = [reinforcement(1, 0), 0, 0]
        assert feedback_of(backend, first, second, third) == expected
        assert feedback_of(other_opening, first, second, third) == expected

    def test_memory_outside_the_scope_takes_no_feedback(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("a")

        for scope, memory_id in ((BOB, memory.id), (Scope("acme", "ana"), memory.id), (ANA, UNKNOWN_ID)):
            with refused(NotFound, "memory_not_found"):
                scribe.store.commit(Rate(scope, memory_id, useful=True, at=scribe.clock.now()))

        assert scribe.store.get(ANA, memory.id) == memory

    def test_every_change_is_an_event_in_order(self, scribe: Scribe) -> None:
        first, second = scribe.remember("first", "second")
        changed = scribe.revise(first, text="the first")
        scribe.restore(scribe.delete(changed))
        scribe.relate(second, first)
        scribe.rate(second, useful=False)

        events = scribe.store.events(after=0, limit=100)

        assert [(event.type, event.memory_id) for event in events] == [
            (EventType.CREATED, first.id),
            (EventType.CREATED, second.id),
            (EventType.UPDATED, first.id),
            (EventType.DELETED, first.id),
            (EventType.RESTORED, first.id),
            (EventType.RELATED, second.id),
            (EventType.RATED, second.id),
        ]
        assert [event.number for event in events] == sorted({event.number for event in events})
        assert events[2].at == changed.updated_at

    def test_events_continue_behind_a_number(self, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(5)))
        events = scribe.store.events(after=0, limit=100)

        assert scribe.store.events(after=events[1].number, limit=2) == events[2:4]
        assert scribe.store.events(after=events[-1].number, limit=2) == ()

    def test_refused_change_is_no_event(self, scribe: Scribe) -> None:
        scribe.remember("hello")

        with refused(Conflict, "already_known"):
            scribe.remember("hello")

        assert len(scribe.store.events(after=0, limit=100)) == 1

    def test_change_number_grows_with_every_commit(self, scribe: Scribe) -> None:
        steps: list[Callable[[list[Memory]], object]] = [
            lambda made: made.extend(scribe.remember("a", "b")),
            lambda made: scribe.say_again(made[0]),
            lambda made: scribe.revise(made[0], importance=0.1),
            lambda made: scribe.relate(made[0], made[1]),
            lambda made: scribe.relate(made[0], made[1], strength=0.5),
            lambda made: scribe.rate(made[0], useful=True),
        ]
        made: list[Memory] = []
        numbers = [scribe.store.change_number()]
        for step in steps:
            step(made)
            numbers.append(scribe.store.change_number())

        assert numbers == sorted(set(numbers))
        assert len(numbers) == len(steps) + 1

    def test_change_number_of_a_scope_grows_with_every_commit_that_touches_it(
        self, place: Place, scribe: Scribe
    ) -> None:
        session, tutored = Scope("default", "ana", None, "s1"), Scope("default", "ana", "tutor", "s1")
        steps: list[Callable[[list[Memory]], object]] = [
            lambda made: made.extend(scribe.remember("a", "b", scope=session)),
            lambda made: scribe.say_again(made[0]),
            lambda made: scribe.revise(made[0], importance=0.1),
            lambda made: scribe.rate(made[0], useful=True),
            lambda made: scribe.relate(made[0], made[1]),
            lambda made: scribe.delete(made[1]),
            lambda made: made.extend(scribe.remember("c", scope=tutored)),
        ]
        other_opening = place(EMBEDDER.identity)
        reaches = (ANA, session, Scope.of(session_id="s1"), TENANT)
        made: list[Memory] = []
        before = [other_opening.store.change_number_of(scope) for scope in reaches]

        for step in steps:
            step(made)
            after = [other_opening.store.change_number_of(scope) for scope in reaches]
            assert all(new > old for new, old in zip(after, before, strict=True))
            before = after

        records = list(scribe.store.records(None))
        scribe.store.load(records, {})
        assert [other_opening.store.change_number_of(scope) for scope in reaches] == before

    def test_reading_and_refused_writing_leave_the_change_number(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("a")
        number = scribe.store.change_number()

        scribe.store.get(ANA, memory.id)
        scribe.shown()
        with refused(Conflict, "already_known"):
            scribe.remember("a")

        assert scribe.store.change_number() == number

    def test_stats_count_what_is_held(self, scribe: Scribe) -> None:
        assert scribe.store.stats().embedder is None
        a, b = scribe.remember("a", "b")
        scribe.remember("c", scope=Scope.of(agent_id="tutor"))
        scribe.remember("a", scope=Scope("acme", "ana", None, "s1"))
        scribe.say_again(a)
        scribe.relate(a, b)
        scribe.delete(b)

        stats = scribe.store.stats()

        assert (stats.memories, stats.deleted, stats.relations) == (3, 1, 1)
        assert (stats.episodes, stats.messages, stats.users) == (4, 5, 2)
        assert stats.embedder == EMBEDDER.identity
        assert stats.change_number == scribe.store.change_number()

    def test_vectors_of_another_embedder_are_refused(self, place: Place, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        other = HashingEmbedder(revision="2")
        stranger = Scribe(place(other.identity), other)
        stranger.ids = scribe.ids

        with refused(BackendRejected, "embedder_mismatch"):
            stranger.remember("something new")
        with refused(BackendRejected, "embedder_mismatch"):
            stranger.revise(memory, text="good morning")

        assert scribe.store.get(ANA, memory.id) == memory
        assert scribe.shown() == ["hello"]

    def test_nothing_is_wrong_with_a_store_that_was_written_to(self, scribe: Scribe) -> None:
        a, b = scribe.remember("a", "b")
        scribe.relate(a, b)
        scribe.restore(scribe.delete(scribe.revise(a, text="the first")))

        assert scribe.store.check() == ()

    def test_closed_store_refuses_every_call(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        query = EMBEDDER.embed_query("hello")
        view = scribe.view()
        backend.store.close()
        backend.store.close()

        calls: list[Callable[[], object]] = [
            lambda: scribe.remember("more"),
            lambda: backend.store.get(ANA, memory.id),
            lambda: backend.store.list(ANA, view, limit=1, after=None),
            lambda: list(backend.store.records(None)),
            backend.store.stats,
            backend.store.change_number,
            backend.store.check,
            lambda: backend.vectors.search(ANA, query, limit=1),
            lambda: backend.words.search(ANA, "hello", limit=1),
            backend.reindexer.identity,
        ]
        for call in calls:
            with refused(BackendRejected, "store_closed"):
                call()


def related(
    scribe: Scribe, memory: Memory, *, scope: Scope = ANA, type: str | None = None, limit: int = 100
) -> list[RelatedMemory]:
    """What is linked with a memory."""
    return list(scribe.store.related(scope, memory.id, type=type, limit=limit))


def known(scribe: Scribe, scope: Scope, *fingerprints: bytes) -> Mapping[bytes, tuple[Memory, ...]]:
    """What the scope knows now."""
    return scribe.store.find_known(scope, fingerprints, now=scribe.clock.now())


def feedback_of(backend: Backend, *memories: Memory) -> list[float]:
    """What ranking hears of what was said of Ana's memories."""
    keys = [backend.store.key_of(ANA, memory.id) for memory in memories]
    table = backend.turns.describe(ANA, np.array(sorted(keys), np.int64))
    said = dict(zip(table.keys.tolist(), table.feedback.tolist(), strict=True))
    return [said[key] for key in keys]


def counts(scribe: Scribe) -> StoreStats:
    """What the store counts, apart from the bytes: a file may grow and shrink by itself."""
    return replace(scribe.store.stats(), bytes_on_disk=0)


def is_committed(scribe: Scribe, change: Remember) -> bool:
    """Whether the store took the change."""
    try:
        scribe.store.commit(change)
    except Conflict:
        return False
    return True
