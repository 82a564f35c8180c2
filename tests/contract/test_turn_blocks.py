"""Turns that lie packed in blocks are the turns that lie one by one."""

import numpy as np
import pytest

from holdfast import limits
from holdfast.adapters.sqlite import Database, backend_on
from holdfast.adapters.sqlite.turn_rows import Turns, turns_after
from holdfast.domain.message import Message, Role
from holdfast.domain.scope import Scope
from holdfast.testing import HashingEmbedder
from holdfast.testing.contracts.scribe import Scribe

EMBEDDER = HashingEmbedder()
BLOCK = limits.VECTOR_BLOCK_ROWS
ANA, BO = Scope.of(user_id="ana", session_id="s"), Scope.of(user_id="bo")


@pytest.fixture
def database() -> Database:
    return Database(":memory:")


@pytest.fixture
def scribe(database: Database) -> Scribe:
    return Scribe(backend_on(database, EMBEDDER.identity), EMBEDDER)


def say(scribe: Scribe, count: int, scope: Scope = ANA) -> list[str]:
    """Messages of changing speakers; the ids of their memories."""
    roles = (Role.USER, Role.ASSISTANT, Role.TOOL)
    messages = [
        Message(roles[n % 3], f"{scribe.ids.new_id()} and word{n % 7}", ("Ana", None, "Zoë")[n % 3])
        for n in range(count)
    ]
    return [memory.id for memory in scribe.remember(*messages, scope=scope)]


def turns(database: Database, home: int, after: int = 0) -> Turns:
    return database.read(lambda connection: turns_after(connection, home, after))


def blocks(database: Database) -> int:
    return int(database.read(lambda connection: connection.execute("SELECT count(*) FROM turn_blocks").get))


def without_blocks(database: Database, home: int, after: int = 0) -> Turns:
    def work(connection: object) -> Turns:
        connection.execute("DELETE FROM turn_blocks")  # type: ignore[attr-defined]
        found = turns_after(connection, home, after)  # type: ignore[arg-type]
        raise _Seen(found)

    with pytest.raises(_Seen) as seen:
        database.write(work)
    return seen.value.turns


class _Seen(Exception):
    """Carries what a write saw before it is rolled back."""

    def __init__(self, found: Turns) -> None:
        self.turns = found


def as_told(found: Turns) -> list[tuple[object, ...]]:
    """The turns with the names of their speakers."""
    return [(*row[:-2], found.speakers[row[-2]], row[-1]) for row in found.rows.tolist()]


def same(database: Database, home: int, after: int = 0) -> bool:
    packed, plain = turns(database, home, after), without_blocks(database, home, after)
    return as_told(packed) == as_told(plain) and np.array_equal(packed.terms, plain.terms)


def test_blocks_hold_what_lies_one_by_one(database: Database, scribe: Scribe) -> None:
    for count in (3, BLOCK, 10, 2 * BLOCK, 1):
        say(scribe, count)
        say(scribe, 7, BO)

    assert blocks(database) == 3
    assert len(turns(database, 1).rows) == 3 * BLOCK + 14
    for after in (0, 1, 5, BLOCK, BLOCK + 1, 3 * BLOCK, 10**6):
        assert same(database, 1, after)
    assert same(database, 2)


def test_change_drops_its_block_until_turns_are_packed_again(database: Database, scribe: Scribe) -> None:
    ids = say(scribe, 3 * BLOCK)
    assert blocks(database) == 3

    changed = scribe.store.get(ANA, ids[BLOCK + 1])
    scribe.revise(changed, text="another text")
    assert blocks(database) == 2
    assert same(database, 1)

    scribe.delete(scribe.store.get(ANA, ids[0]))
    assert blocks(database) == 1
    assert same(database, 1)
    assert scribe.store.check() == ()

    say(scribe, BLOCK, ANA)
    assert blocks(database) == 4
    assert same(database, 1)
    assert scribe.store.check() == ()


def test_feedback_and_facts_that_end_leave_blocks_alone(database: Database, scribe: Scribe) -> None:
    ids = say(scribe, BLOCK)
    memory = scribe.store.get(ANA, ids[3])

    scribe.rate(memory, useful=True)
    scribe.revise(scribe.store.get(ANA, ids[4]), invalid_at=scribe.clock.now())

    assert blocks(database) == 1


def test_block_that_lacks_a_turn_is_a_fault(database: Database, scribe: Scribe) -> None:
    say(scribe, BLOCK)
    with database.connection() as connection:
        connection.execute("UPDATE turn_blocks SET terms = x''")

    assert any("block" in fault for fault in scribe.store.check())
