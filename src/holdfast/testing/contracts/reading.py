"""The contract of ``MemoryStore``: who sees what, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest

from holdfast.domain.memory import Memory, State
from holdfast.domain.query import Compare, Field, Operator
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.errors import NotFound
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, memories_of, refused
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB, TENANT, UNKNOWN_ID

if TYPE_CHECKING:
    from holdfast.ports import Backend

INHABITED = (
    Scope("default", "ana"),
    Scope("default", "ana", "tutor"),
    Scope("default", "ana", None, "s1"),
    Scope("default", "ana", "tutor", "s1"),
    Scope("default", "ana", "tutor", "s2"),
    Scope("default", "bob", None, "s1"),
    Scope("default", None, "tutor"),
    Scope("default", None, None, "s1"),
    Scope("default", "tutor"),
    Scope("acme", "ana"),
    Scope("acme", "ana", "tutor", "s1"),
)
"""Ids in every combination that matters; the same name as a user, an agent and in another tenant."""

EMPTY_SCOPES = (
    Scope("default", "nobody"),
    Scope("default", "ana", "nobody"),
    Scope("default", "ana", "tutor", "s9"),
    Scope("default", "bob", "tutor"),
    Scope("nowhere", "ana"),
    Scope("default", "s1"),
    Scope("default", "ANA"),
    Scope("default", "ana "),
)


class ReadingContract(BackendContract):
    """What every ``MemoryStore``, with its indexes, shows to whom."""

    @pytest.fixture
    def inhabitants(self, scribe: Scribe) -> dict[str, Memory]:
        """A memory in each of the scopes, by its text."""
        memories = [scribe.remember(f"hello from {scope}", scope=scope)[0] for scope in INHABITED]
        return {memory.text: memory for memory in memories}

    def test_all_that_is_read_together_is_of_one_instant(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("tea with milk")

        def seen() -> tuple[int, int, int]:
            by_words = backend.words.search(ANA, "tea", limit=9)[Signal.WORDS]
            by_meaning = backend.vectors.search(ANA, EMBEDDER.embed_query("tea"), limit=9)[Signal.MEANING]
            return len(by_words.keys), len(by_meaning.keys), len(memories_of(backend, range(99)))

        with ThreadPoolExecutor(1) as other_thread:
            with backend.store.reading():
                before = seen()
                written = other_thread.submit(scribe.remember, "tea without milk")
                wait([written], timeout=0.2)  # a store may hold it up until the reading is over
                assert seen() == before == (1, 1, 1)
            written.result()

        assert seen() == (2, 2, 2)

    def test_reading_inside_of_reading_is_the_same_instant(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("tea")

        with backend.store.reading():
            with backend.store.reading():
                assert backend.store.get(ANA, memory.id) == memory
            assert backend.store.get(ANA, memory.id) == memory

    def test_scope_shows_the_memories_that_it_covers_and_no_other(
        self, backend: Backend, scribe: Scribe, inhabitants: dict[str, Memory]
    ) -> None:
        keys = keys_of(backend)
        query = EMBEDDER.embed_query("hello")
        for scope in (*INHABITED, *EMPTY_SCOPES, TENANT):
            inside = {text for text, memory in inhabitants.items() if scope.covers(memory.scope)}
            by_meaning = backend.vectors.search(scope, query, limit=100, also=keys)
            by_words = backend.words.search(scope, "hello", limit=100)
            of_words = (by_words[Signal.WORDS], by_words[Signal.WORDS_WINDOW])

            assert set(scribe.shown(scope)) == inside, scope
            assert texts(memories_of(backend, keys, scope).values()) == inside, scope
            for found in (s.by_key for s in (*by_meaning.values(), *of_words)):
                assert len(found) == len(inside), scope
                assert texts(memories_of(backend, found, scope).values()) == inside, scope

    def test_memory_outside_the_scope_is_not_found(
        self, backend: Backend, inhabitants: dict[str, Memory]
    ) -> None:
        for scope, memory in product((*INHABITED, *EMPTY_SCOPES), inhabitants.values()):
            calls: tuple[Callable[[], object], ...] = (
                partial(backend.store.get, scope, memory.id),
                partial(backend.store.history, scope, memory.id),
                partial(backend.store.related, scope, memory.id, type=None, limit=1),
            )
            for call in calls:
                if scope.covers(memory.scope):
                    call()
                else:
                    with refused(NotFound, "memory_not_found"):
                        call()

    @pytest.mark.parametrize("memory_id", [UNKNOWN_ID, "no uuid", "", "'; DROP TABLE memories; --"])
    def test_unknown_id_is_not_found(self, backend: Backend, scribe: Scribe, memory_id: str) -> None:
        scribe.remember("hello")

        with refused(NotFound, "memory_not_found"):
            backend.store.get(ANA, memory_id)
        with refused(NotFound, "memory_not_found"):
            backend.store.list(ANA, scribe.view(), limit=1, after=memory_id)

    def test_key_of_a_memory_is_the_one_by_which_the_indexes_know_it(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        memories = scribe.remember("I like tea", "and coffee")
        scribe.delete(memories[1])

        keys = [backend.store.key_of(ANA, memory.id) for memory in memories]

        assert keys == keys_of(backend)
        assert {key: memory.id for key, memory in memories_of(backend, keys).items()} == {
            keys[0]: memories[0].id
        }

    def test_key_of_a_memory_outside_the_scope_is_not_found(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("I like tea")

        for scope, memory_id in ((BOB, memory.id), (Scope("acme", "ana"), memory.id), (ANA, UNKNOWN_ID)):
            with refused(NotFound, "memory_not_found"):
                backend.store.key_of(scope, memory_id)

    def test_unknown_keys_are_left_out(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("hello")
        (key,) = keys_of(backend)

        assert list(backend.store.fetch(ANA, [key, key + 1_000, -1], scribe.view(), limit=9)) == [key]
        assert backend.store.fetch(ANA, [], scribe.view(), limit=9) == {}

    def test_first_of_the_keys_that_are_shown_are_fetched_in_their_order(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        memories = scribe.remember(*(f"hello {n}" for n in range(6)))
        keys = [keys_of(backend)[n] for n in (4, 1, 5, 0, 3, 2)]
        scribe.delete(memories[1])

        found = backend.store.fetch(ANA, keys, scribe.view(), limit=3)

        assert [memory.text for memory in found.values()] == ["hello 4", "hello 5", "hello 0"]
        assert list(found) == [keys[0], keys[2], keys[3]]

    def test_deleted_memory_is_hidden_until_it_is_restored(self, backend: Backend, scribe: Scribe) -> None:
        kept, memory = scribe.remember("hello first", "hello second")
        deleted = scribe.delete(memory)
        assert everywhere(backend, scribe) == {kept.text}

        scribe.restore(deleted)

        assert everywhere(backend, scribe) == {kept.text, memory.text}

    def test_memory_is_hidden_from_the_instant_of_its_expiry_on(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        expiry = scribe.clock.now() + timedelta(hours=1)
        (memory,) = scribe.remember("hello", expires_at=expiry)
        scribe.clock.advance(seconds=(expiry - scribe.clock.now()).total_seconds() - 1e-6)
        assert everywhere(backend, scribe) == {"hello"}

        scribe.clock.advance(seconds=1e-6)

        assert everywhere(backend, scribe) == set()
        assert backend.store.get(ANA, memory.id) == memory

    def test_archived_memory_is_shown_when_asked_for(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("hello archived", state=State.ARCHIVED)
        scribe.remember("hello active")

        assert everywhere(backend, scribe) == {"hello active"}
        assert everywhere(backend, scribe, include_archived=True) == {
            "hello active",
            "hello archived",
        }

    def test_memory_is_shown_for_the_time_in_which_it_was_true(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        start = scribe.clock.now()
        end = start + timedelta(days=1)
        tick = timedelta(microseconds=1)
        scribe.remember("hello bounded", valid_at=start, invalid_at=end)
        scribe.remember("hello open", valid_at=start)

        def true_at(instant: datetime) -> set[str]:
            return everywhere(backend, scribe, valid_at=instant)

        assert true_at(start - tick) == set()
        assert true_at(start) == {"hello bounded", "hello open"}
        assert true_at(end - tick) == {"hello bounded", "hello open"}
        assert true_at(end) == {"hello open"}
        assert everywhere(backend, scribe) == {"hello bounded", "hello open"}

    def test_list_is_newest_first_page_by_page(self, backend: Backend, scribe: Scribe) -> None:
        memories = scribe.remember(*(f"message {n}" for n in range(7)))
        scribe.remember("of somebody else", scope=BOB)
        newest_first = [memory.id for memory in reversed(memories)]
        view = scribe.view()

        first = backend.store.list(ANA, view, limit=3, after=None)
        second = backend.store.list(ANA, view, limit=3, after=first.after)
        third = backend.store.list(ANA, view, limit=3, after=second.after)

        assert [[m.id for m in page.memories] for page in (first, second, third)] == [
            newest_first[:3],
            newest_first[3:6],
            newest_first[6:],
        ]
        assert (first.after, second.after, third.after) == (newest_first[2], newest_first[5], None)

    def test_page_that_ends_with_the_last_memory_is_the_last(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("a", "b", "c")

        assert backend.store.list(ANA, scribe.view(), limit=3, after=None).after is None
        assert backend.store.list(BOB, scribe.view(), limit=3, after=None).memories == ()

    def test_pages_hold_every_memory_once_while_others_are_added_and_deleted(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        memories = scribe.remember(*(f"message {n}" for n in range(6)))
        first = backend.store.list(ANA, scribe.view(), limit=2, after=None)
        scribe.remember("new")
        scribe.delete(memories[4])  # the one that the cursor names

        second = backend.store.list(ANA, scribe.view(), limit=10, after=first.after)

        assert [memory.text for memory in first.memories] == ["message 5", "message 4"]
        assert [memory.text for memory in second.memories] == [f"message {n}" for n in (3, 2, 1, 0)]

    def test_cursor_of_another_scope_is_not_found(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")

        with refused(NotFound, "memory_not_found"):
            backend.store.list(BOB, scribe.view(), limit=1, after=memory.id)

    def test_page_is_filled_with_what_passes_the_filter(self, backend: Backend, scribe: Scribe) -> None:
        for n in range(10):
            scribe.remember(f"message {n}", importance=n / 10)
        view = scribe.view(filter=Compare(Field.IMPORTANCE, Operator.LT, (0.35,)))

        page = backend.store.list(ANA, view, limit=3, after=None)

        assert [memory.text for memory in page.memories] == ["message 3", "message 2", "message 1"]
        assert page.after == page.memories[-1].id

    def test_another_opening_sees_each_write_at_its_next_call(self, place: Place, scribe: Scribe) -> None:
        other = place(EMBEDDER.identity)
        number = other.store.change_number()
        assert everywhere(other, scribe) == set()

        (memory,) = scribe.remember("hello")
        assert everywhere(other, scribe) == {"hello"}
        assert other.store.change_number() > number

        scribe.revise(memory, text="hello again")
        assert everywhere(other, scribe) == {"hello again"}
        assert meaning_of(other, "again", memory) == pytest.approx(
            meaning_of(scribe.backend, "again", memory)
        )

    def test_both_of_two_openings_write(self, place: Place, scribe: Scribe) -> None:
        other = place(EMBEDDER.identity)
        second = Scribe(other, EMBEDDER)
        second.ids = scribe.ids

        for n in range(3):
            scribe.remember(f"hello first {n}")
            second.remember(f"hello second {n}")

        expected = {f"hello {who} {n}" for who in ("first", "second") for n in range(3)}
        assert everywhere(scribe.backend, scribe) == everywhere(other, scribe) == expected


def keys_of(backend: Backend) -> list[int]:
    """The keys of all memories of both tenants."""
    query = EMBEDDER.embed_query("hello")
    found = [backend.vectors.search(Scope(tenant), query, limit=100) for tenant in ("default", "acme")]
    return sorted(key for signals in found for key in signals[Signal.MEANING].by_key)


def texts(memories: Iterable[Memory]) -> set[str]:
    """The texts of memories."""
    return {memory.text for memory in memories}


def everywhere(backend: Backend, scribe: Scribe, **fields: object) -> set[str]:
    """The texts that Ana is shown, the same by listing, by words and by key."""
    view = scribe.view(**fields)
    listed = {memory.text for memory in backend.store.list(ANA, view, limit=100, after=None).memories}
    by_words = backend.words.search(ANA, "hello", limit=100)
    by_meaning = backend.vectors.search(ANA, EMBEDDER.embed_query("hello"), limit=100)
    for signals in (by_words, by_meaning):
        keys = sorted({key for scores in signals.values() for key in scores.by_key})
        assert texts(backend.store.fetch(ANA, keys, view, limit=100).values()) == listed
    return listed


def meaning_of(backend: Backend, query: str, memory: Memory) -> float:
    """How near a memory of Ana's is to a query."""
    (scores, _) = backend.vectors.search(ANA, EMBEDDER.embed_query(query), limit=100).values()
    by_id = {m.id: key for key, m in memories_of(backend, scores.by_key).items()}
    return scores.by_key[by_id[memory.id]]
