"""The recipe of ``add``."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast.domain.decision import AddResult, Decision
from holdfast.domain.memory import Kind, Origin
from holdfast.domain.message import Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.domain.scope import Scope
from holdfast.errors import Conflict
from holdfast.formation import revise
from tests.unit.making import Bench, make_bench

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADD, NONE = Decision.ADD, Decision.NONE


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def events(result: AddResult) -> list[Decision]:
    return [change.event for change in result.changes]


def test_message_becomes_a_memory_word_for_word(bench: Bench) -> None:
    expiry = bench.scribe.clock.now() + timedelta(days=1)

    result = bench.add(
        Message(Role.ASSISTANT, " hello\n", "Tom", "D1", AT),
        metadata=read_metadata({"category": "work"}),
        importance=0.9,
        expires_at=expiry,
    )

    (memory,) = result.memories
    assert events(result) == [ADD]
    assert bench.get(memory.id) == memory
    assert (memory.text, memory.kind, memory.origin) == (" hello\n", Kind.EPISODIC, Origin.ASSISTANT)
    assert (memory.valid_at, memory.created_at) == (AT, bench.scribe.clock.now())
    assert (memory.category, memory.importance, memory.expires_at) == ("work", 0.9, expiry)
    assert (memory.entities, memory.sources[0].message_id) == (("Tom",), "D1")
    assert memory.sources[0].episode_id == result.episode_id


def test_long_message_becomes_pieces_of_one_source(bench: Bench) -> None:
    result = bench.add(Message(Role.ASSISTANT, "one two three. " * 100))

    assert len(result.memories) > 1
    assert {memory.sources for memory in result.memories} == {result.memories[0].sources}


def test_message_said_again_is_a_source_of_the_same_memory(bench: Bench) -> None:
    first = bench.add("I like tea")
    bench.scribe.clock.advance(days=1)

    again = bench.add("I like tea")

    (change,) = again.changes
    assert (change.event, change.previous) == (NONE, first.memories[0])
    assert change.memory == bench.get(change.memory.id)
    assert [source.episode_id for source in change.memory.sources] == [first.episode_id, again.episode_id]
    assert bench.scribe.store.stats().memories == 1


def test_message_with_an_id_that_is_sent_again_changes_nothing(bench: Bench) -> None:
    message = Message(Role.USER, "I like tea", id="m1")
    first = bench.add(message)
    before = bench.scribe.store.stats()

    again = bench.add(message)

    assert (again.episode_id, events(again), again.memories) == (first.episode_id, [NONE], first.memories)
    assert bench.scribe.store.stats() == before


def test_conversation_that_is_sent_again_with_more_adds_what_is_more(bench: Bench) -> None:
    bench.add("a", "b")

    again = bench.add("a", "b", "c")

    assert events(again) == [NONE, NONE, ADD]
    assert [memory.text for memory in again.memories] == ["a", "b", "c"]
    stats = bench.scribe.store.stats()
    assert (stats.memories, stats.messages) == (3, 3)


def test_conversation_sent_again_unchanged_answers_each_memory_once(bench: Bench) -> None:
    first = bench.add("a", "b", "a")

    again = bench.add("a", "b", "a")

    assert events(first) == [ADD, ADD, NONE]
    assert events(again) == [NONE, NONE]
    assert bench.scribe.store.stats().episodes == 1


def test_long_message_that_is_sent_again_answers_all_its_pieces(bench: Bench) -> None:
    message = Message(Role.ASSISTANT, "one two three. " * 100, id="m1")
    first = bench.add(message)

    assert bench.add(message).memories == first.memories


def test_same_words_of_another_scope_or_speaker_are_new(bench: Bench) -> None:
    bench.add("I like tea")

    assert events(bench.add("I like tea", scope=Scope.of(user_id="bob"))) == [ADD]
    assert events(bench.add(Message(Role.ASSISTANT, "I like tea"))) == [ADD]
    assert events(bench.add("I like  tea")) == [ADD]


def test_deleted_message_is_new_when_it_is_said_again(bench: Bench) -> None:
    (memory,) = bench.add("I like tea").memories
    revise.delete(revise.Target(memory.scope, memory.id), reason=None, kit=bench.formation)

    assert events(bench.add("I like tea")) == [ADD]


def test_expired_message_is_new_when_it_is_said_again(bench: Bench) -> None:
    bench.add("water the plants", expires_at=bench.scribe.clock.now() + timedelta(hours=1))
    bench.scribe.clock.advance(hours=1)

    assert events(bench.add("water the plants")) == [ADD]


def test_same_key_applies_once_and_answers_the_same(bench: Bench) -> None:
    first = bench.add("a", "b", idempotency_key="key")
    before = bench.scribe.store.stats()

    again = bench.add("a", "b", idempotency_key="key")

    assert (again.episode_id, again.memories, events(again)) == (
        first.episode_id,
        first.memories,
        [ADD, ADD],
    )
    assert bench.scribe.store.stats() == before


@pytest.mark.parametrize(
    "difference",
    [
        {"importance": 0.9},
        {"metadata": read_metadata({"a": 1})},
        {"expires_at": datetime(2027, 1, 1, tzinfo=UTC)},
    ],
    ids=str,
)
def test_same_key_with_another_body_is_refused(bench: Bench, difference: dict[str, Any]) -> None:
    bench.add("a", idempotency_key="key")

    other: dict[str, Any] = {}
    for said, fields in (("b", other), ("a", difference)):
        with pytest.raises(Conflict) as caught:
            bench.add(said, idempotency_key="key", **fields)
        assert caught.value.code == "idempotency_key_reused"


def test_key_may_be_used_by_another_scope(bench: Bench) -> None:
    bench.add("a", idempotency_key="key")

    assert events(bench.add("b", idempotency_key="key", scope=Scope.of(user_id="bob"))) == [ADD]


def test_message_said_again_with_a_key_is_said_once(bench: Bench) -> None:
    bench.add("a")
    bench.add("a", idempotency_key="key")

    again = bench.add("a", idempotency_key="key")

    assert events(again) == [NONE]
    assert len(again.memories[0].sources) == 2
