"""What was deleted or has expired is returned by no read, at once, in every process and object."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdfast import Decision, Holdfast, NotFound
from holdfast.testing import FrozenClock, HashingEmbedder
from tests.reliability.processes import read_line, started

WORDS = "The canary sings in Zanzibar"

Forget = Callable[[Holdfast, FrozenClock, str], object]

FORGET: dict[str, Forget] = {
    "deleted": lambda memory, clock, key: memory.delete(key),
    "expired": lambda memory, clock, key: clock.advance(hours=2),
}


def open_at(path: Path, clock: FrozenClock) -> Holdfast:
    return Holdfast(path, embedder=HashingEmbedder(), clock=clock)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def pair(tmp_path: Path, clock: FrozenClock) -> Iterator[tuple[Holdfast, Holdfast]]:
    """Two objects on one file, as two processes would have."""
    with open_at(tmp_path / "agent.db", clock) as one, open_at(tmp_path / "agent.db", clock) as other:
        yield one, other


def add_two(memory: Holdfast) -> tuple[str, str]:
    """One to forget, and its neighbour in the same session, linked with it."""
    forgotten = memory.add(
        WORDS,
        user_id="ana",
        session_id="s1",
        expires_at="2026-01-01T13:00:00Z",
        metadata={"category": "bird"},
    ).memories[0]
    kept = memory.add("Then we had rye bread", user_id="ana", session_id="s1").memories[0]
    memory.relate(kept.id, "follows", forgotten.id)
    return forgotten.id, kept.id


def read_everywhere(memory: Holdfast, forgotten: str, kept: str) -> dict[str, bool]:
    """Whether each read shows it."""

    def shows(call: Callable[[], object]) -> bool:
        try:
            call()
        except NotFound:
            return False
        return True

    return {
        "search": forgotten in {hit.memory.id for hit in memory.search("canary in Zanzibar", user_id="ana")},
        "search archived": forgotten
        in {hit.memory.id for hit in memory.search("canary", user_id="ana", include_archived=True)},
        "search of a session": forgotten
        in {hit.memory.id for hit in memory.search("canary", session_id="s1")},
        "context": "Zanzibar" in memory.context("canary in Zanzibar", user_id="ana").text,
        "list": forgotten in {item.id for item in memory.list(user_id="ana", include_archived=True).memories},
        "list by filter": bool(memory.list(user_id="ana", filters={"category": "bird"}).memories),
        "list by negation": forgotten
        in {item.id for item in memory.list(user_id="ana", filters={"NOT": {"category": "x"}}).memories},
        "get": shows(lambda: memory.get(forgotten)),
        "related to it": shows(lambda: memory.related(forgotten)),
        "related": bool(memory.related(kept)),
    }


@pytest.mark.parametrize("how", FORGET)
def test_no_read_shows_what_is_forgotten(
    pair: tuple[Holdfast, Holdfast], clock: FrozenClock, how: str
) -> None:
    one, other = pair
    forgotten, kept = add_two(one)
    for memory in pair:  # warms every cache
        assert set(read_everywhere(memory, forgotten, kept).values()) == {True}

    FORGET[how](one, clock, forgotten)

    for memory in (other, one):
        shown = [read for read, is_shown in read_everywhere(memory, forgotten, kept).items() if is_shown]
        assert shown == []
    with pytest.raises(NotFound):
        one.relate(kept, "extends", forgotten)


def test_a_deleted_memory_is_back_everywhere_after_restore(pair: tuple[Holdfast, Holdfast]) -> None:
    one, other = pair
    forgotten, kept = add_two(one)
    one.delete(forgotten)
    assert set(read_everywhere(other, forgotten, kept).values()) == {False}
    one.restore(forgotten)
    assert set(read_everywhere(other, forgotten, kept).values()) == {True}


@pytest.mark.parametrize("how", FORGET)
def test_the_words_of_what_is_forgotten_find_nothing(
    pair: tuple[Holdfast, Holdfast], clock: FrozenClock, how: str
) -> None:
    """Not even its neighbour in the conversation by the words that stood before it."""
    one, other = pair
    forgotten, _ = add_two(one)
    FORGET[how](one, clock, forgotten)
    for memory in (one, other):
        for hit in memory.search("canary Zanzibar", user_id="ana", explain=True):
            if how == "deleted":
                assert [part.raw for part in hit.parts if part.signal.startswith("words")] == [0.0, 0.0]
            assert "canary" not in str(hit.memory)


@pytest.mark.parametrize("how", FORGET)
def test_what_is_forgotten_can_be_said_again(
    pair: tuple[Holdfast, Holdfast], clock: FrozenClock, how: str
) -> None:
    one, other = pair
    forgotten, _ = add_two(one)
    FORGET[how](one, clock, forgotten)
    again = one.add(WORDS, user_id="ana", session_id="s1").changes[0]
    assert again.event is Decision.ADD
    assert again.memory.id != forgotten
    assert other.search("canary in Zanzibar", user_id="ana")[0].memory.id == again.memory.id


def test_an_expiry_ends_at_its_very_instant(pair: tuple[Holdfast, Holdfast], clock: FrozenClock) -> None:
    one, _ = pair
    forgotten, kept = add_two(one)
    clock.advance(seconds=3599.999999)
    assert set(read_everywhere(one, forgotten, kept).values()) == {True}
    clock.advance(seconds=0.000001)
    assert set(read_everywhere(one, forgotten, kept).values()) == {False}


def test_an_expiry_can_be_put_off(pair: tuple[Holdfast, Holdfast], clock: FrozenClock) -> None:
    one, other = pair
    forgotten, kept = add_two(one)
    one.update(forgotten, expires_at="never")
    clock.advance(days=10_000)
    assert set(read_everywhere(other, forgotten, kept).values()) == {True}


def test_a_delete_in_another_process_is_seen_at_the_next_call(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        key = memory.add(WORDS, user_id="ana").memories[0].id
        assert len(memory.search("canary", user_id="ana")) == 1
        with started("delete", path, key) as process:
            assert read_line(process) == "open"
            assert read_line(process) == "done"
        assert len(memory.search("canary", user_id="ana")) == 0
        assert memory.list(user_id="ana").memories == ()
        assert memory.context("canary", user_id="ana").text == ""
