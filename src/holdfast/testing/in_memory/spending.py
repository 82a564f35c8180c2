"""What language models took, without a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.spending import ModelSpent, Spent

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.ports import Usage
    from holdfast.testing.in_memory.data import Access, InMemoryData


class InMemorySpendingLedger:
    """``SpendingLedger`` in Python objects."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def record(self, model: str, usage: Usage, cost_usd: float | None, *, calls: int, at: datetime) -> None:
        today = at.astimezone(UTC).date()
        with self._access.use() as data:
            before = data.spending.get((today, model), ModelSpent(today, model, 0, 0, 0, 0.0, 0))
            data.spending[today, model] = replace(
                before,
                calls=before.calls + calls,
                input_tokens=before.input_tokens + usage.input_tokens,
                output_tokens=before.output_tokens + usage.output_tokens,
                cost_usd=before.cost_usd + (cost_usd or 0.0),
                unpriced_calls=before.unpriced_calls + (calls if cost_usd is None else 0),
            )
            for day, name in list(data.spending):
                if day < today - timedelta(days=limits.SPENDING_DAYS):
                    del data.spending[day, name]

    def spent(self, *, at: datetime) -> Spent:
        today = at.astimezone(UTC).date()
        with self._access.use() as data:
            days = {day for day, _ in data.spending if today <= day <= today + timedelta(days=1)}
            if not days:
                return Spent.nothing(at)
            of_day = [spent for (day, _), spent in data.spending.items() if day == max(days)]
        return Spent(
            max(days),
            sum(spent.calls for spent in of_day),
            sum(spent.input_tokens + spent.output_tokens for spent in of_day),
            sum(spent.cost_usd for spent in of_day),
            sum(spent.unpriced_calls for spent in of_day),
        )


def latest_days(data: InMemoryData) -> tuple[ModelSpent, ...]:
    """What each model took on each day, the latest day first."""
    by_model = sorted(data.spending.values(), key=lambda spent: spent.model)
    latest_first = sorted(by_model, key=lambda spent: spent.day, reverse=True)
    return tuple(latest_first[: limits.SPENDING_ROWS_SHOWN])
