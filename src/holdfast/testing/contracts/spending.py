"""The contract of ``SpendingLedger``: what models took, by day, for every process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from holdfast import limits
from holdfast.domain.spending import ModelSpent, Spent
from holdfast.ports import Backend, Usage
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MODEL = "ollama:llama3.2"


class SpendingLedgerContract(BackendContract):
    """What every ``SpendingLedger`` does."""

    def test_nothing_was_spent_at_first(self, backend: Backend) -> None:
        assert backend.spending.spent(at=NOON) == Spent.nothing(NOON)
        assert backend.store.stats().spending == ()

    def test_calls_of_a_day_add_up_over_all_models(self, backend: Backend) -> None:
        backend.spending.record(MODEL, Usage(100, 10), 0.25, calls=1, at=NOON)
        backend.spending.record(MODEL, Usage(200, 20), 0.5, calls=2, at=NOON)
        backend.spending.record("openai:small", Usage(1, 2), None, calls=2, at=NOON)

        assert backend.spending.spent(at=NOON) == Spent(NOON.date(), 5, 333, 0.75, 2)
        assert backend.store.stats().spending == (
            ModelSpent(NOON.date(), MODEL, 3, 300, 30, 0.75, 0),
            ModelSpent(NOON.date(), "openai:small", 2, 1, 2, 0.0, 2),
        )

    def test_next_day_begins_with_nothing(self, backend: Backend) -> None:
        backend.spending.record(MODEL, Usage(100, 10), 0.25, calls=1, at=NOON)

        assert backend.spending.spent(at=NOON + DAY) == Spent.nothing(NOON + DAY)
        assert len(backend.store.stats().spending) == 1

    def test_clock_that_was_set_back_gives_no_spent_day_back(self, backend: Backend) -> None:
        backend.spending.record(MODEL, Usage(100, 10), 0.25, calls=1, at=NOON + DAY)

        assert backend.spending.spent(at=NOON).tokens == 110

    def test_day_is_that_of_utc(self, backend: Backend) -> None:
        late = datetime.fromisoformat("2026-03-02T01:00:00+02:00")
        backend.spending.record(MODEL, Usage(100, 10), 0.25, calls=1, at=late)

        assert backend.spending.spent(at=NOON).tokens == 110

    def test_old_days_are_forgotten(self, backend: Backend) -> None:
        for days in (0, 1, limits.SPENDING_DAYS + 1):
            backend.spending.record(MODEL, Usage(1, 0), 0.0, calls=1, at=NOON + days * DAY)

        days_kept = [spent.day for spent in backend.store.stats().spending]
        assert days_kept == [(NOON + n * DAY).date() for n in (limits.SPENDING_DAYS + 1, 1)]

    def test_stats_tell_of_the_latest_days(self, backend: Backend) -> None:
        for days in range(limits.SPENDING_ROWS_SHOWN + 2):
            backend.spending.record(MODEL, Usage(1, 0), 0.0, calls=1, at=NOON + days * DAY)

        told = backend.store.stats().spending
        assert len(told) == limits.SPENDING_ROWS_SHOWN
        assert told[0].day == (NOON + (limits.SPENDING_ROWS_SHOWN + 1) * DAY).date()

    @pytest.mark.timeout(60)
    def test_nothing_is_lost_when_many_record_at_once(self, place: Place) -> None:
        ledgers = [place(EMBEDDER.identity).spending for _ in range(2)]

        def record(number: int) -> None:
            ledgers[number % 2].record(MODEL, Usage(1, 1), 0.5, calls=1, at=NOON)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(record, range(40)))

        assert ledgers[0].spent(at=NOON) == Spent(NOON.date(), 40, 80, 20.0, 0)
