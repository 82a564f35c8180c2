"""The contract of ``EventLog``: who has had which events, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from holdfast import limits
from holdfast.errors import LimitExceeded, NotFound
from holdfast.ports import Backend, EventLog
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, refused
from holdfast.testing.contracts.scribe import Scribe


class EventLogContract(BackendContract):
    """What every ``EventLog`` does."""

    @pytest.fixture
    def log(self, backend: Backend) -> EventLog:
        """The log of this test."""
        return backend.events

    def test_the_end_is_the_number_of_the_latest_event(self, scribe: Scribe, log: EventLog) -> None:
        assert log.end() == 0
        scribe.remember("a", "b")
        assert log.end() == scribe.store.events(after=0, limit=10)[-1].number

    def test_a_new_subscriber_begins_at_the_end(self, scribe: Scribe, log: EventLog) -> None:
        scribe.remember("a", "b")

        assert log.join("indexer", now=scribe.clock.now()) == log.end()

    def test_a_subscriber_comes_back_where_it_was(self, place: Place, scribe: Scribe, log: EventLog) -> None:
        start = log.join("indexer", now=scribe.clock.now())
        scribe.remember("a", "b", "c")
        log.advance("indexer", start + 2, now=scribe.clock.now())

        assert place(EMBEDDER.identity).events.join("indexer", now=scribe.clock.now()) == start + 2

    def test_a_subscriber_never_goes_back(self, scribe: Scribe, log: EventLog) -> None:
        scribe.remember("a", "b", "c")
        end = log.join("indexer", now=scribe.clock.now())
        log.advance("indexer", end - 2, now=scribe.clock.now())

        assert log.join("indexer", now=scribe.clock.now()) == end

    def test_subscribers_tell_how_far_behind_they_are(self, scribe: Scribe, log: EventLog) -> None:
        joined = scribe.clock.now()
        log.join("mailer", now=joined)
        log.join("indexer", now=joined)
        scribe.remember("a", "b", "c")
        scribe.clock.advance(seconds=1)
        log.advance("mailer", 1, now=scribe.clock.now())

        assert [(known.name, known.number, known.behind, known.seen_at) for known in log.subscribers()] == [
            ("indexer", 0, 3, joined),
            ("mailer", 1, 2, scribe.clock.now()),
        ]

    def test_a_subscriber_that_left_begins_anew(self, scribe: Scribe, log: EventLog) -> None:
        log.join("indexer", now=scribe.clock.now())
        scribe.remember("a")
        log.leave("indexer")

        with refused(NotFound, "subscriber_not_found"):
            log.leave("indexer")
        with refused(NotFound, "subscriber_not_found"):
            log.advance("indexer", 1, now=scribe.clock.now())
        assert log.subscribers() == ()
        assert log.join("indexer", now=scribe.clock.now()) == log.end()

    def test_so_many_subscribers_may_come(
        self, scribe: Scribe, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "SUBSCRIBERS_MAX", 2)
        for name in ("a", "b", "a"):
            log.join(name, now=scribe.clock.now())

        with refused(LimitExceeded, "too_many_subscribers"):
            log.join("c", now=scribe.clock.now())

    def test_old_events_go_and_the_last_one_stays(self, scribe: Scribe, log: EventLog) -> None:
        scribe.remember("a", "b", "c")
        last = log.end()
        days = timedelta(days=limits.OUTBOX_DAYS)

        assert log.prune(now=scribe.clock.now() + days - timedelta(seconds=1), limit=10) == 0
        assert log.prune(now=scribe.clock.now() + days, limit=1) == 1
        assert log.prune(now=scribe.clock.now() + days, limit=10) == 1
        assert [event.number for event in scribe.store.events(after=0, limit=10)] == [last]
        scribe.remember("d")
        assert log.end() == last + 1

    def test_no_event_goes_that_a_subscriber_waits_for(self, scribe: Scribe, log: EventLog) -> None:
        start = log.join("indexer", now=scribe.clock.now())
        scribe.remember("a", "b", "c")
        later = scribe.clock.now() + timedelta(days=limits.OUTBOX_DAYS)

        assert log.prune(now=later, limit=10) == 0
        log.advance("indexer", start + 1, now=later)
        assert log.prune(now=later, limit=10) == 1
        log.leave("indexer")
        assert log.prune(now=later, limit=10) == 1

    def test_so_many_events_are_kept(self, scribe: Scribe, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "OUTBOX_EVENTS_MAX", 3)
        for n in range(9):
            scribe.remember(f"message {n}")

        assert [event.number for event in scribe.store.events(after=0, limit=10)] == [7, 8, 9]

    def test_more_are_kept_for_a_subscriber_but_not_without_end(
        self, scribe: Scribe, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "OUTBOX_EVENTS_MAX", 3)
        monkeypatch.setattr(limits, "OUTBOX_BACKLOG_EVENTS_MAX", 6)
        log.join("indexer", now=scribe.clock.now())
        for n in range(5):
            scribe.remember(f"message {n}")
        assert len(scribe.store.events(after=0, limit=10)) == 5

        for n in range(5):
            scribe.remember(f"another {n}")
        assert [event.number for event in scribe.store.events(after=0, limit=10)] == [5, 6, 7, 8, 9, 10]

    def test_one_commit_does_not_clear_away_a_whole_backlog(
        self, scribe: Scribe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scribe.remember(*(f"message {n}" for n in range(20)))
        monkeypatch.setattr(limits, "OUTBOX_EVENTS_MAX", 2)
        monkeypatch.setattr(limits, "OUTBOX_TRIM_ROWS", 4)

        scribe.remember("one more")

        assert len(scribe.store.events(after=0, limit=100)) == 21 - 5

    def test_the_bell_rings_with_every_commit(self, scribe: Scribe, log: EventLog) -> None:
        heard = log.bell.rings
        (memory,) = scribe.remember("a")
        between = log.bell.rings
        scribe.delete(memory)

        assert heard < between < log.bell.rings
