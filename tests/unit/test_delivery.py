"""Subscriptions: each event at least once, in order, and nobody stops another."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from holdfast import (
    AsyncHoldfast,
    Conflict,
    EventType,
    Holdfast,
    InvalidInput,
    LimitExceeded,
    MemoryEvent,
    NotFound,
    limits,
)
from holdfast.domain.events import read_event_types
from holdfast.ports import Backend
from holdfast.testing import HashingEmbedder, InMemoryData, open_in_memory

EMBEDDER = HashingEmbedder()
PATIENCE_SECONDS = 10.0
Open = Callable[[], Holdfast]


@pytest.fixture
def open_again() -> Iterator[Open]:
    """Opens the store of the test, once more each time."""
    data, opened = InMemoryData(), []

    def open_it() -> Holdfast:
        backend: Backend = open_in_memory(EMBEDDER.identity, data)
        opened.append(Holdfast(backend, embedder=EMBEDDER))
        return opened[-1]

    yield open_it
    for memory in opened:
        memory.close()


@pytest.fixture
def memory(open_again: Open) -> Holdfast:
    return open_again()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENT_BACKOFF_SECONDS", 0.001)


class Ear:
    """Hears events, and can be told to fail."""

    def __init__(self) -> None:
        self.heard: Queue[MemoryEvent] = Queue()
        self.failures = 0
        self.tries = 0

    def __call__(self, event: MemoryEvent) -> None:
        self.tries += 1
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("not now")
        self.heard.put(event)

    def next(self) -> MemoryEvent:
        return self.heard.get(timeout=PATIENCE_SECONDS)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.002)


def add(memory: Holdfast, text: str) -> str:
    return memory.add(text, user_id="ana").memories[0].id


def test_a_subscriber_hears_what_comes_after_it(memory: Holdfast) -> None:
    ear = Ear()
    add(memory, "before")
    memory.subscribe("memory.created", ear)
    after = add(memory, "after")

    event = ear.next()
    assert (event.type, event.memory_id) == (EventType.CREATED, after)


def test_types_are_told_apart_and_the_order_is_kept(memory: Holdfast) -> None:
    created, everything, all_of_memory = Ear(), Ear(), Ear()
    memory.subscribe("memory.created", created)
    memory.subscribe("*", everything)
    memory.subscribe("memory.*", all_of_memory)
    first = add(memory, "first")
    memory.delete(first)
    second = add(memory, "second")

    expected = [("memory.created", first), ("memory.deleted", first), ("memory.created", second)]
    for ear in (everything, all_of_memory):
        assert [
            (event.type.value, event.memory_id) for event in (ear.next(), ear.next(), ear.next())
        ] == expected
    assert [created.next().memory_id, created.next().memory_id] == [first, second]


def test_patterns_name_types_that_there_are() -> None:
    assert read_event_types("*") == read_event_types("memory.*") == frozenset(EventType)
    assert read_event_types("memory.rated") == {EventType.RATED}
    for wrong in ("", "memory", "memory.", "memory.creatd", "mem*", ".*", "memory.created.*", "**"):
        with pytest.raises(InvalidInput) as caught:
            read_event_types(wrong)
        assert caught.value.code == "unknown_event"


def test_writes_of_another_opening_are_heard(memory: Holdfast, open_again: Open) -> None:
    ear = Ear()
    memory.subscribe("memory.created", ear)

    assert ear.heard.empty()
    added = add(open_again(), "from elsewhere")
    assert ear.next().memory_id == added


def test_what_a_handler_refuses_comes_again_before_the_next(memory: Holdfast) -> None:
    ear = Ear()
    ear.failures = 3
    memory.subscribe("memory.created", ear)
    ids = [add(memory, f"message {n}") for n in range(3)]

    assert [ear.next().memory_id for _ in ids] == ids
    assert ear.tries == 6


def test_a_handler_that_fails_stops_no_other(memory: Holdfast) -> None:
    broken, sound = Ear(), Ear()
    broken.failures = 10**9
    memory.subscribe("memory.created", broken)
    memory.subscribe("memory.created", sound)

    added = add(memory, "hello")
    assert sound.next().memory_id == added


def test_a_handler_that_is_slow_stops_no_other(memory: Holdfast) -> None:
    go_on, sound = threading.Event(), Ear()
    memory.subscribe("memory.created", lambda event: go_on.wait(PATIENCE_SECONDS))
    memory.subscribe("memory.created", sound)

    ids = [add(memory, f"message {n}") for n in range(3)]
    assert [sound.next().memory_id for _ in ids] == ids
    go_on.set()


def test_a_subscription_that_fails_too_often_rests_and_skips_nothing(
    memory: Holdfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVENT_ATTEMPTS_MAX", 4)
    ear = Ear()
    ear.failures = 4
    subscription = memory.subscribe("memory.created", ear)
    ids = [add(memory, f"message {n}") for n in range(2)]

    until(lambda: not subscription.is_active)
    assert ear.tries == 4
    assert isinstance(subscription.error, RuntimeError)

    subscription.resume()
    assert [ear.next().memory_id for _ in ids] == ids
    until(lambda: subscription.error is None)


def test_a_closed_subscription_hears_nothing(memory: Holdfast) -> None:
    ear = Ear()
    with memory.subscribe("memory.created", ear) as subscription:
        add(memory, "heard")
        ear.next()
    add(memory, "not heard")
    subscription.resume()

    assert not subscription.is_active
    assert ear.heard.empty()


def test_a_handler_may_end_its_own_subscription(memory: Holdfast) -> None:
    heard: list[MemoryEvent] = []

    def only_one(event: MemoryEvent) -> None:
        heard.append(event)
        subscription.close()

    subscription = memory.subscribe("memory.created", only_one)
    memory.add(["one", "two", "three"], user_id="ana")

    until(lambda: not subscription.is_active)
    assert len(heard) == 1


def test_a_name_comes_back_to_what_it_has_not_had(memory: Holdfast, open_again: Open) -> None:
    first = Ear()
    with memory.subscribe("memory.created", first, name="indexer"):
        add(memory, "heard by the first")
        first.next()
    missed = [add(memory, f"while nobody listens {n}") for n in range(3)]

    second = Ear()
    again = open_again()
    again.subscribe("memory.created", second, name="indexer")
    now = add(memory, "and on")

    assert [second.next().memory_id for _ in range(4)] == [*missed, now]


def test_a_name_goes_on_from_the_event_that_its_handler_refused(memory: Holdfast) -> None:
    ear = Ear()
    ear.failures = 10**9
    with memory.subscribe("memory.created", ear, name="indexer"):
        added = add(memory, "hello")
        until(lambda: ear.tries > 1)
    ear.failures = 0
    memory.subscribe("memory.created", ear, name="indexer")

    assert ear.next().memory_id == added


def test_the_place_is_kept_when_there_is_nothing_more(memory: Holdfast) -> None:
    ear = Ear()
    memory.subscribe("memory.deleted", ear, name="indexer")
    add(memory, "of no interest to it")

    until(lambda: [known.behind for known in memory.subscribers()] == [0])
    assert memory.subscribers()[0].number == 1


def test_what_was_cleared_away_is_counted_as_missed(
    memory: Holdfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    memory.subscribe("memory.created", ear, name="indexer").close()
    monkeypatch.setattr(limits, "OUTBOX_EVENTS_MAX", 2)
    monkeypatch.setattr(limits, "OUTBOX_BACKLOG_EVENTS_MAX", 3)
    ids = [add(memory, f"message {n}") for n in range(8)]

    subscription = memory.subscribe("memory.created", ear, name="indexer")

    assert [ear.next().memory_id for _ in range(3)] == ids[-3:]
    assert subscription.missed == 5


def test_one_subscription_of_a_name_at_a_time(memory: Holdfast) -> None:
    memory.subscribe("*", print, name="indexer")

    with pytest.raises(Conflict) as caught:
        memory.subscribe("*", print, name="indexer")
    assert caught.value.code == "subscriber_active"


def test_a_name_may_be_forgotten(memory: Holdfast) -> None:
    ear = Ear()
    memory.subscribe("*", ear, name="indexer").close()
    add(memory, "missed")
    memory.unsubscribe("indexer")
    assert memory.subscribers() == ()
    with pytest.raises(NotFound):
        memory.unsubscribe("indexer")

    memory.subscribe("*", ear, name="indexer")
    heard = add(memory, "heard")
    assert ear.next().memory_id == heard


def test_a_subscription_whose_name_was_forgotten_ends_with_the_error(memory: Holdfast) -> None:
    subscription = memory.subscribe("*", print, name="indexer")
    memory.unsubscribe("indexer")
    add(memory, "hello")

    until(lambda: not subscription.is_active)
    assert isinstance(subscription.error, NotFound)


def test_subscriptions_have_a_bound(memory: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SUBSCRIPTIONS_MAX", 2)
    first = memory.subscribe("*", print)
    memory.subscribe("*", print)
    with pytest.raises(LimitExceeded) as caught:
        memory.subscribe("*", print)
    assert caught.value.code == "too_many_subscriptions"

    first.close()
    memory.subscribe("*", print)


def test_a_wrong_name_is_refused(memory: Holdfast) -> None:
    for wrong in ("", "  ", "two\nlines"):
        with pytest.raises(InvalidInput) as caught:
            memory.subscribe("*", print, name=wrong)
        assert caught.value.code == "invalid_name"


def test_closing_the_engine_ends_its_subscriptions(memory: Holdfast) -> None:
    subscription = memory.subscribe("*", print)
    memory.close()

    until(lambda: not subscription.is_active)
    assert subscription.error is None


def test_more_events_than_a_batch_all_come(memory: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENT_BATCH", 3)
    ear = Ear()
    memory.subscribe("*", ear, name="indexer")
    memory.add([f"message {n}" for n in range(10)], user_id="ana")

    assert [ear.next().number for _ in range(10)] == list(range(1, 11))


def test_subscribing_and_jobs_can_be_awaited() -> None:
    ear = Ear()

    async def main() -> tuple[str, int]:
        engine = Holdfast(open_in_memory(EMBEDDER.identity), embedder=EMBEDDER)
        async with AsyncHoldfast(engine) as memory:
            await memory.subscribe("memory.created", ear, name="indexer")
            await memory.add("hello", user_id="ana")
            heard = await asyncio.to_thread(ear.next)
            assert [known.name for known in await memory.subscribers()] == ["indexer"]
            assert (await memory.jobs(), (await memory.job_counts()).dead) == ((), 0)
            return heard.memory_id, await memory.retry()

    memory_id, retried = asyncio.run(main())
    assert (len(memory_id), retried) == (36, 0)
