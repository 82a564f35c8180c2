"""What the SQLite adapter promises beyond the ports."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from holdfast.adapters.sqlite import Database, Homes, SqliteVectorIndex, SqliteWordIndex, backend_on
from holdfast.adapters.sqlite.rows import Row
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.ranking import Signal
from holdfast.domain.reinforcement import reinforcement
from holdfast.domain.scope import Scope
from holdfast.errors import BackendRejected
from holdfast.testing import HashingEmbedder
from holdfast.testing.contracts.place import memories_of, refused
from holdfast.testing.contracts.scribe import ANA, Scribe

EMBEDDER = HashingEmbedder()


@pytest.fixture
def database() -> Database:
    return Database(":memory:")


@pytest.fixture
def scribe(database: Database) -> Scribe:
    return Scribe(backend_on(database, EMBEDDER.identity), EMBEDDER)


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


def test_words_of_a_home_that_grew_are_those_of_one_read_anew(database: Database, scribe: Scribe) -> None:
    """Additions of all sizes, so that runs of the index are merged in every order."""
    sizes = (1, 1, 30, 2, 300, 1, 5, 90, 1)
    texts = iter(f"number{n} word{n % 7} other{n % 11} {'again ' * (n % 3)}" for n in range(sum(sizes)))
    for size in sizes:
        scribe.remember(*(next(texts) for _ in range(size)), scope=Scope.of(user_id="ana", session_id="s"))
        grown = scribe.backend.words.search(ANA, "word3 other5 again", limit=500)
        anew = SqliteWordIndex(database, Homes(EMBEDDER.identity)).search(
            ANA, "word3 other5 again", limit=500
        )
        assert all(grown[signal].by_key == scores.by_key for signal, scores in anew.items())


def test_feedback_leaves_what_is_held_of_a_home(database: Database, scribe: Scribe) -> None:
    (memory, *_) = scribe.remember(*(f"message {n}" for n in range(50)))
    homes = Homes(EMBEDDER.identity)
    before = database.read(lambda connection: homes.reached(database, connection, ANA))[0].home

    scribe.rate(memory, useful=True)

    after = database.read(lambda connection: homes.reached(database, connection, ANA))[0].home
    assert np.shares_memory(before.vectors, after.vectors)
    assert before.feedback.tolist() == []
    assert after.feedback.tolist() == [reinforcement(1, 0)]


def test_judgements_are_found_by_their_index(database: Database) -> None:
    """A home of a hundred thousand memories without feedback costs nothing."""
    plan = database.read(
        lambda connection: connection.execute(
            "EXPLAIN QUERY PLAN " + read_statements("homes.sql")["feedback"], (1,)
        ).fetchall()
    )

    assert ["COVERING INDEX memories_with_feedback" in str(row[3]) for row in plan] == [True]


def test_home_that_could_not_be_read_is_read_again(database: Database, scribe: Scribe) -> None:
    memories = scribe.remember(*(f"message {n}" for n in range(5)))
    query = EMBEDDER.embed_query("message 3")
    with database.connection() as connection:
        taken: Row = connection.execute("SELECT * FROM loose_vectors").fetchall()[0]
        connection.execute("DELETE FROM loose_vectors WHERE memory_key = ?", (taken[2],))
    with refused(BackendRejected, "store_damaged"):
        scribe.backend.vectors.search(ANA, query, limit=9)

    with database.connection() as connection:
        connection.execute("INSERT INTO loose_vectors VALUES (?, ?, ?, ?)", taken)

    found = scribe.backend.vectors.search(ANA, query, limit=9)[Signal.MEANING]
    assert len(memories_of(scribe.backend, found.by_key)) == len(memories)


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
    scribe = Scribe(backend_on(database, EMBEDDER.identity), EMBEDDER)
    (memory,) = scribe.remember("hello")
    scribe.store.close()

    again = backend_on(Database(tmp_path / "a.db"), EMBEDDER.identity)

    assert again.store.get(ANA, memory.id) == memory
    again.store.close()
