"""Searches, lists and contexts as the memory was at an earlier instant, and what changed between two."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Holdfast
from holdfast.domain.memory import Origin
from holdfast.domain.why_not import Reason
from holdfast.errors import InvalidInput, NotFound
from holdfast.testing import FrozenClock, HashingEmbedder, open_in_memory

EMBEDDER = HashingEmbedder()
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=["file", "twin"])
def memory(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Holdfast]:
    store = tmp_path / "agent.db" if request.param == "file" else open_in_memory(EMBEDDER.identity)
    with Holdfast(store, embedder=EMBEDDER, clock=clock) as opened:
        yield opened


def note(memory: Holdfast, clock: FrozenClock, text: str) -> str:
    clock.advance(seconds=60)
    return memory.add(text, user_id="ana").memories[0].id


def found(memory: Holdfast, query: str, as_of: datetime | None = None, **more: object) -> list[str]:
    result = memory.search(query, user_id="ana", as_of=as_of, **more)  # type: ignore[arg-type]  # whatever search takes
    return [hit.memory.text for hit in result]


def test_search_finds_the_words_of_then(memory: Holdfast, clock: FrozenClock) -> None:
    parcel = note(memory, clock, "the blue parcel is in the cellar")
    note(memory, clock, "the tea is in the kitchen")
    then = clock.now()
    clock.advance(days=1)
    memory.update(parcel, text="an umbrella stands in the hall")

    assert found(memory, "blue parcel cellar", limit=1) != ["the blue parcel is in the cellar"]
    assert found(memory, "blue parcel cellar", then)[0] == "the blue parcel is in the cellar"
    assert "an umbrella stands in the hall" not in found(memory, "umbrella hall", then)
    before, after = (
        memory.search("blue parcel", user_id="ana", as_of=at, explain=True)[0] for at in (then, None)
    )
    assert before.memory.id == parcel
    assert before.score > after.score
    assert sum(part.contribution for part in before.parts) == pytest.approx(before.score)


def test_reworded_memory_is_found_behind_more_than_a_search_looks_at(
    memory: Holdfast, clock: FrozenClock
) -> None:
    parcel = note(memory, clock, "the blue parcel is in the cellar")
    then = clock.now()
    clock.advance(days=1)
    memory.add([f"blue thing number {n} of the cellar" for n in range(300)], user_id="ana")
    clock.advance(days=1)
    memory.update(parcel, text="nothing of the kind")

    assert found(memory, "blue parcel in the cellar", then) == ["the blue parcel is in the cellar"]


def test_what_came_later_is_not_found_and_what_was_deleted_is(memory: Holdfast, clock: FrozenClock) -> None:
    gone = note(memory, clock, "the key lies under the mat")
    then = clock.now()
    clock.advance(days=1)
    memory.delete(gone)
    note(memory, clock, "the key hangs on the wall")

    assert found(memory, "where is the key?") == ["the key hangs on the wall"]
    assert found(memory, "where is the key?", then) == ["the key lies under the mat"]
    assert memory.get(gone, as_of=then).text == "the key lies under the mat"
    assert found(memory, "where is the key?", START) == []


def test_same_search_of_an_unchanged_past_is_that_of_then(memory: Holdfast, clock: FrozenClock) -> None:
    for text in ("tea with milk", "coffee with milk", "the cat likes milk", "rain all day"):
        note(memory, clock, text)
    then = clock.now()
    before = found(memory, "who likes milk?")
    clock.advance(days=3)
    for text in ("bread with butter", "a walk in the park"):
        note(memory, clock, text)

    assert found(memory, "who likes milk?", then) == before


def test_cached_answers_are_those_of_their_instant(memory: Holdfast, clock: FrozenClock) -> None:
    note(memory, clock, "tea in the morning")
    then = clock.now()
    note(memory, clock, "tea in the evening")
    for _ in range(2):
        assert len(found(memory, "tea")) == 2
        assert found(memory, "tea", then) == ["tea in the morning"]
        assert len(found(memory, "tea", clock.now())) == 2


def test_context_and_filters_and_pages_are_of_then(memory: Holdfast, clock: FrozenClock) -> None:
    ids = [note(memory, clock, f"tea number {n}") for n in range(3)]
    then = clock.now()
    clock.advance(days=1)
    memory.update(ids[0], metadata={"category": "old"})
    note(memory, clock, "tea number 3")

    context = memory.context("tea", user_id="ana", as_of=then)
    assert sorted(each.text for each in context.memories) == [f"tea number {n}" for n in range(3)]
    old = {"category": "old"}
    assert found(memory, "tea", filters=old) == ["tea number 0"]
    assert found(memory, "tea", then, filters=old) == []
    first = memory.list(user_id="ana", as_of=then, limit=2)
    rest = memory.list(user_id="ana", as_of=then, limit=2, after=first.after)
    assert [each.text for each in (*first.memories, *rest.memories)] == [f"tea number {n}" for n in (2, 1, 0)]


def test_why_not_answers_for_then(memory: Holdfast, clock: FrozenClock) -> None:
    gone = note(memory, clock, "the key lies under the mat")
    then = clock.now()
    clock.advance(days=1)
    memory.delete(gone)
    late = note(memory, clock, "the key hangs on the wall")

    assert memory.why_not("the key", late, user_id="ana", as_of=then).reason is Reason.NOT_KNOWN_THEN
    assert memory.why_not("the key", gone, user_id="ana", as_of=then).reason is Reason.FOUND
    assert memory.why_not("the key", gone, user_id="ana").reason is Reason.DELETED


def test_last_month_is_seen_from_then(memory: Holdfast, clock: FrozenClock) -> None:
    note(memory, clock, "the boiler broke")  # in March
    then = clock.now() + timedelta(days=31)
    clock.advance(days=62)

    def date_of(as_of: datetime | None) -> float:
        (hit,) = memory.search("what broke last month?", user_id="ana", as_of=as_of, explain=True)
        return next(part.normalised for part in hit.parts if part.signal == "date")

    assert date_of(then) == 1
    assert date_of(None) < 1


def test_future_is_refused(memory: Holdfast, clock: FrozenClock) -> None:
    later = clock.now() + timedelta(seconds=1)
    for call in (
        lambda: memory.search("x", user_id="ana", as_of=later),
        lambda: memory.list(user_id="ana", as_of=later),
        lambda: memory.get("x", as_of=later),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.code == "as_of_in_the_future"


@pytest.mark.facts
def test_what_was_known_and_what_was_true_are_asked_apart(memory: Holdfast, clock: FrozenClock) -> None:
    def say(text: str, at: str) -> None:
        memory.add({"role": "user", "name": "Ana", "content": text, "at": at}, user_id="ana")
        clock.advance(days=10)

    def facts(**when: object) -> list[str]:
        page = memory.list(user_id="ana", **when)  # type: ignore[arg-type]  # whatever list takes
        return [each.text for each in page.memories if each.origin is Origin.DERIVED]

    say("I live in Rome with my dog", "2026-01-05")
    known = clock.now()
    clock.advance(days=1)
    say("I moved to Oslo on 3 February 2026 with my dog", "2026-03-12")

    assert facts() == ["Ana lives in Oslo"]
    assert facts(valid_at="2026-01-20") == ["Ana lives in Rome"]
    assert facts(as_of=known) == ["Ana lives in Rome"]
    assert facts(as_of=known, valid_at="2026-02-20") == ["Ana lives in Rome"]
    assert facts(valid_at="2026-02-20") == ["Ana lives in Oslo"]
    first = memory.search("where does Ana live?", user_id="ana", as_of=known, explain=True)[0]
    assert "Rome" in first.memory.text
    assert all(part.contribution == 0 for part in first.parts if part.signal == "outdated")


@pytest.mark.facts
def test_diff_tells_each_step_with_what_it_was_and_what_replaced_it(
    memory: Holdfast, clock: FrozenClock
) -> None:
    memory.add({"role": "user", "name": "Ana", "content": "I live in Rome with my dog"}, user_id="ana")
    since = clock.now()
    clock.advance(hours=1)
    moved = memory.add(
        {"role": "user", "name": "Ana", "content": "I moved to Oslo today with my dog"}, user_id="ana"
    )
    clock.advance(hours=1)
    memory.update(moved.memories[0].id, text="we moved to Oslo", reason="she said so")
    clock.advance(hours=1)
    memory.undo(str(moved.facts[0].id))

    steps = memory.diff(since, user_id="ana").steps

    told = [(step.kind.value, step.memory.text, step.by and step.by.text) for step in steps]
    assert told == [
        ("created", "I moved to Oslo today with my dog", None),
        ("created", "Ana lives in Oslo", None),
        ("superseded", "Ana lives in Rome", "Ana lives in Oslo"),
        ("updated", "we moved to Oslo", None),
        ("restored", "Ana lives in Rome", None),
        ("deleted", "Ana lives in Oslo", None),
    ]
    assert steps[3].before is not None
    assert (steps[3].before.text, steps[3].reason) == ("I moved to Oslo today with my dog", "she said so")
    assert steps[2].change_id == moved.facts[0].id
    pages = [memory.diff(since, user_id="ana", limit=4)]
    pages.append(memory.diff(since, user_id="ana", limit=4, after=pages[0].after))
    assert (pages[0].steps + pages[1].steps, pages[1].after) == (steps, None)
    assert memory.diff(since, user_id="bob").steps == ()
    assert memory.diff(START - timedelta(days=1), START - timedelta(hours=1), user_id="ana").steps == ()


def test_diff_refuses_what_cannot_be(memory: Holdfast, clock: FrozenClock) -> None:
    for since, until, code in (
        (clock.now(), None, "invalid_span"),
        ("2026-02-01", "2026-01-01", "invalid_span"),
        ("soon", None, "invalid_instant"),
    ):
        with pytest.raises(InvalidInput) as caught:
            memory.diff(since, until, user_id="ana")
        assert caught.value.code == code
    with pytest.raises(InvalidInput):
        memory.diff("2026-01-01", user_id="ana", limit=0)
    with pytest.raises(InvalidInput):
        memory.diff("2026-01-01", user_id="ana", after="x")
    with pytest.raises(NotFound):
        memory.diff("2026-01-01", user_id="ana", after="x:1")
