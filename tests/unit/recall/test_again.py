"""A search that is made again: the same answer as without a cache, always."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from holdfast import Holdfast
from holdfast.adapters.memory_cache import InProcessResultCache
from holdfast.testing import CountingIds, FrozenClock, HashingEmbedder, InMemoryData, open_in_memory

EMBEDDER = HashingEmbedder()
QUERY = "who likes tea?"


class CountingEmbedder(HashingEmbedder):
    """Tells how often a query was embedded: a result from the cache needs none."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = 0

    def embed_query(self, text: str) -> Any:  # noqa: ANN401 (a vector)
        self.queries += 1
        return super().embed_query(text)

    def embed_documents(self, texts: Any) -> Any:  # noqa: ANN401 (texts, and vectors of them)
        return EMBEDDER.embed_documents(texts)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def memory(clock: FrozenClock, embedder: CountingEmbedder) -> Holdfast:
    engine = Holdfast(":memory:", embedder=embedder, clock=clock, ids=CountingIds())
    engine.add(["I like tea", "and coffee"], user_id="ana", session_id="s1")
    return engine


def test_same_question_is_answered_without_searching(memory: Holdfast, embedder: CountingEmbedder) -> None:
    first, second = (memory.search(QUERY, user_id="ana") for _ in range(2))

    assert first == second
    assert embedder.queries == 1


@pytest.mark.parametrize(
    "other",
    [
        {"limit": 1},
        {"explain": True},
        {"session_id": "s1"},
        {"agent_id": "tutor"},
        {"user_id": "bob"},
        {"tenant": "acme"},
        {"filters": {"category": "work"}},
        {"valid_at": "2026-01-01"},
        {"include_archived": True},
        {"query": "who likes tea"},
    ],
    ids=str,
)
def test_another_question_is_searched_for(
    memory: Holdfast, embedder: CountingEmbedder, other: dict[str, Any]
) -> None:
    plain: dict[str, Any] = {"query": QUERY, "user_id": "ana"}
    memory.search(**plain)

    memory.search(**(plain | other))

    assert embedder.queries == 2


def test_result_is_made_anew_on_another_day(
    memory: Holdfast, clock: FrozenClock, embedder: CountingEmbedder
) -> None:
    for query in (QUERY, "who had tea yesterday?"):
        embedder.queries = 0
        memory.search(query, user_id="ana")
        memory.search(query, user_id="ana", asked_at=clock.now() + timedelta(seconds=1))
        memory.search(query, user_id="ana", asked_at=clock.now() + timedelta(days=1))
        assert embedder.queries == 2


def test_write_of_the_scope_is_seen_at_once_and_another_scope_stays(
    memory: Holdfast, embedder: CountingEmbedder
) -> None:
    memory.add("I like milk", user_id="bob")
    before = memory.search(QUERY, user_id="ana")
    memory.add("tea is bad for me", user_id="bob")
    memory.search(QUERY, user_id="ana")
    assert embedder.queries == 1

    memory.feedback(before[1], useful=True)
    assert memory.search(QUERY, user_id="ana")[1].memory.useful_count == 1
    memory.delete(before[0].memory.id)
    assert len(memory.search(QUERY, user_id="ana")) == len(before) - 1


def test_write_of_another_opening_of_the_file_is_seen_at_the_next_search(tmp_path: Path) -> None:
    with (
        Holdfast(tmp_path / "a.db", embedder=EMBEDDER) as first,
        Holdfast(tmp_path / "a.db", embedder=EMBEDDER) as second,
    ):
        first.add("I like tea", user_id="ana")
        assert len(first.search(QUERY, user_id="ana")) == len(second.search(QUERY, user_id="ana")) == 1

        (added,) = second.add("she likes tea too", user_id="ana").memories
        assert len(first.search(QUERY, user_id="ana")) == 2

        second.delete(added.id)
        assert len(first.search(QUERY, user_id="ana")) == 1


def test_expiry_is_honoured_at_its_instant(memory: Holdfast, clock: FrozenClock) -> None:
    memory.add("tea for one day", user_id="ana", expires_at=clock.now() + timedelta(days=1))
    before = memory.search(QUERY, user_id="ana")

    clock.advance(days=1)

    after = memory.search(QUERY, user_id="ana")
    assert len(before) == len(after) + 1
    assert all(hit.memory.expires_at is None for hit in after)


def test_clock_that_went_back_shows_what_has_not_expired_yet(memory: Holdfast, clock: FrozenClock) -> None:
    memory.add("tea for one day", user_id="ana", expires_at=clock.now() + timedelta(days=1))
    clock.advance(days=2)
    assert len(memory.search(QUERY, user_id="ana")) == 2

    clock.advance(days=-2)

    assert len(memory.search(QUERY, user_id="ana")) == 3


def test_cache_may_be_turned_off_or_given(clock: FrozenClock) -> None:
    cache = InProcessResultCache()
    for given, searches in ((False, 2), (True, 1), (cache, 1)):
        embedder = CountingEmbedder()
        with Holdfast(":memory:", embedder=embedder, clock=clock, cache=given) as memory:
            memory.add("I like tea", user_id="ana")
            for _ in range(2):
                memory.search(QUERY, user_id="ana")
            assert embedder.queries == searches
            assert len(cache) == (given is cache)
    assert len(cache) == 0


class SameAsWithoutCache(RuleBasedStateMachine):
    """Two engines over the same data, one of which keeps results."""

    @initialize()
    def open_both(self) -> None:
        self.clock, data = FrozenClock(), InMemoryData()
        ids = CountingIds()
        self.kept, self.plain = (
            Holdfast(
                open_in_memory(EMBEDDER.identity, data),
                embedder=EMBEDDER,
                clock=self.clock,
                ids=ids,
                cache=cache,
            )
            for cache in (True, False)
        )
        self.ids: list[str] = []

    @rule(text=st.sampled_from(["tea", "tea today", "milk"]), hours=st.none() | st.integers(1, 3))
    def add(self, text: str, hours: int | None) -> None:
        expiry = None if hours is None else self.clock.now() + timedelta(hours=hours)
        added = self.plain.add(
            f"{text} {len(self.ids)}", user_id="ana", expires_at=expiry, at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        self.ids += [memory.id for memory in added.memories]

    @rule(place=st.integers(0, 5), useful=st.booleans())
    def change(self, place: int, *, useful: bool) -> None:
        visible = [memory.id for memory in self.plain.list(user_id="ana").memories]
        if len(visible) > place:
            self.plain.feedback(visible[place], useful=useful)
        if len(visible) > place + 1 and useful:
            self.plain.delete(visible[place + 1])

    @rule(hours=st.integers(0, 30))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule(query=st.sampled_from(["tea", "tea yesterday", "milk"]), limit=st.integers(1, 3))
    def search(self, query: str, limit: int) -> None:
        for _ in range(2):
            assert self.kept.search(query, user_id="ana", limit=limit, explain=True) == self.plain.search(
                query, user_id="ana", limit=limit, explain=True
            )


TestSameAsWithoutCache = SameAsWithoutCache.TestCase
TestSameAsWithoutCache.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
