"""What a process keeps of memories that it has shown is never older than the file."""

from pathlib import Path

import pytest

from holdfast.adapters.sqlite import Database, backend_on
from holdfast.adapters.sqlite.filters import Condition
from holdfast.adapters.sqlite.kept import KeptMemories
from holdfast.domain.memory import Memory
from holdfast.testing import HashingEmbedder
from holdfast.testing.contracts.scribe import ANA, Scribe

EMBEDDER = HashingEmbedder()
ANYTHING = Condition("1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.db"


@pytest.fixture
def database(file: Path) -> Database:
    return Database(file)


@pytest.fixture
def scribe(database: Database) -> Scribe:
    return Scribe(backend_on(database, EMBEDDER.identity), EMBEDDER)


def shown(scribe: Scribe, memory: Memory) -> Memory:
    key = scribe.store.key_of(ANA, memory.id)
    return scribe.store.fetch(ANA, [key], scribe.view(), limit=1)[key]


def test_what_is_kept_is_not_read_again(scribe: Scribe) -> None:
    (memory,) = scribe.remember("Ana likes tea")

    assert shown(scribe, memory) is shown(scribe, memory)


def test_what_another_process_changed_is_read_again(file: Path, scribe: Scribe) -> None:
    (memory,) = scribe.remember("Ana likes tea")
    before = shown(scribe, memory)

    other = Scribe(backend_on(Database(file), EMBEDDER.identity), EMBEDDER)
    other.revise(before, text="Ana likes coffee")

    assert shown(scribe, memory).text == "Ana likes coffee"


def test_feedback_and_a_new_source_show(scribe: Scribe) -> None:
    (memory,) = scribe.remember("Ana likes tea")
    assert len(shown(scribe, memory).sources) == 1

    scribe.say_again(memory)
    assert len(shown(scribe, memory).sources) == 2

    scribe.rate(memory, useful=True)
    assert shown(scribe, memory).useful_count == 1


def test_only_so_many_are_kept(database: Database, scribe: Scribe) -> None:
    memories = scribe.remember(*(f"message {n}" for n in range(9)))
    keys = [scribe.store.key_of(ANA, memory.id) for memory in memories]
    kept = KeptMemories(memories_max=2)

    def read(key: int) -> Memory:
        return database.read(lambda connection: kept.first(connection, [key], ANYTHING, limit=1))[key]

    first = read(keys[0])
    assert read(keys[1]) is read(keys[1])
    assert read(keys[0]) is first
    assert [read(key).text for key in keys] == [memory.text for memory in memories]
    assert read(keys[0]) is not first
    assert read(keys[0]) == first
