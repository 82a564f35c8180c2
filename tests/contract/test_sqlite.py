"""What the SQLite adapter promises beyond the ports."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from holdfast.adapters.sqlite import Database, Homes, SqliteVectorIndex
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.testing import HashingEmbedder
from holdfast.testing.contracts.place import memories_of
from holdfast.testing.contracts.scribe import ANA, Scribe
from tests.contract.places import on

EMBEDDER = HashingEmbedder()


@pytest.fixture
def database() -> Database:
    return Database(":memory:")


@pytest.fixture
def scribe(database: Database) -> Scribe:
    return Scribe(on(database, EMBEDDER.identity), EMBEDDER)


def found(scribe: Scribe, query: str) -> set[str]:
    scores = scribe.backend.words.search(ANA, query, limit=9)[Signal.WORDS]
    return {memory.text for memory in memories_of(scribe.backend, scores.by_key).values()}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ana runs in the park", "running"),
        ("two allergies", "allergy"),
        ("she moved to Köln", "koln moving"),
        ("she moved to Koln", "Köln"),
        ("café", "CAFÉ"),
    ],
)
def test_words_are_found_in_other_forms(scribe: Scribe, text: str, query: str) -> None:
    scribe.remember(text)
    scribe.remember("something unrelated")

    assert found(scribe, query) == {text}


def test_words_that_tell_nothing_find_nothing_beside_words_that_do(scribe: Scribe) -> None:
    scribe.remember("what is the time")
    scribe.remember("shellfish")

    assert found(scribe, "what is the shellfish") == {"shellfish"}
    assert found(scribe, "what is the") == {"what is the time"}


@pytest.mark.parametrize("bytes_max", [0, 1, 20_000])
def test_vectors_that_left_the_cache_are_read_again(
    database: Database, scribe: Scribe, bytes_max: int
) -> None:
    users = [Scope.of(user_id=f"user {n}") for n in range(4)]
    small = SqliteVectorIndex(database, Homes(EMBEDDER.identity, bytes_max=bytes_max))
    for user in users:
        scribe.remember(*(f"message {n}" for n in range(20)), scope=user)
    query = EMBEDDER.embed_query("message 7")

    for user in (*users, *users, Scope.whole_tenant(), *users):
        expected = scribe.backend.vectors.search(user, query, limit=5)
        again = small.search(user, query, limit=5)
        assert all(again[signal].by_key == scores.by_key for signal, scores in expected.items())
        assert len(expected[Signal.MEANING].by_key) >= 5


def test_threads_that_search_while_others_write_see_whole_memories(scribe: Scribe) -> None:
    query = EMBEDDER.embed_query("message 1")
    scribe.remember("message 0")

    def read(_: int) -> int:
        scores = scribe.backend.vectors.search(ANA, query, limit=1_000)[Signal.MEANING]
        return len(memories_of(scribe.backend, scores.by_key)) - len(scores.by_key)

    with ThreadPoolExecutor(4) as threads:
        missing = [threads.submit(read, n) for n in range(40)]
        for n in range(1, 40):
            scribe.remember(f"message {n}")

    assert {future.result() for future in missing} == {0}
    assert len(scribe.backend.vectors.search(ANA, query, limit=1_000)[Signal.MEANING].by_key) == 40


def test_store_in_a_file_outlives_its_opening(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    scribe = Scribe(on(database, EMBEDDER.identity), EMBEDDER)
    (memory,) = scribe.remember("hello")
    scribe.store.close()

    again = on(Database(tmp_path / "a.db"), EMBEDDER.identity)

    assert again.store.get(ANA, memory.id) == memory
    again.store.close()
