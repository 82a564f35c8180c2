"""What language models took, in the same file, so that all processes share one budget."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.spending import ModelSpent, Spent

if TYPE_CHECKING:
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.rows import Row
    from holdfast.ports import Usage

_SQL = read_statements("spending.sql")


class SqliteSpendingLedger:
    """``SpendingLedger`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, model: str, usage: Usage, cost_usd: float | None, *, calls: int, at: datetime) -> None:
        today = at.astimezone(UTC).date()
        unpriced = calls if cost_usd is None else 0
        values = (
            today.isoformat(), model, calls, usage.input_tokens, usage.output_tokens, cost_usd or 0.0,
            unpriced,
        )  # fmt: skip
        oldest = (today - timedelta(days=limits.SPENDING_DAYS)).isoformat()

        def work(connection: apsw.Connection) -> None:
            connection.execute(_SQL["record"], values)
            connection.execute(_SQL["forget"], (oldest,))

        self._database.write(work)

    def spent(self, *, at: datetime) -> Spent:
        today = at.astimezone(UTC).date()
        days = (today.isoformat(), (today + timedelta(days=1)).isoformat())
        row: Row | None = self._database.read(
            lambda connection: connection.execute(_SQL["spent"], days).fetchone()
        )
        if row is None:
            return Spent.nothing(at)
        day, calls, tokens, cost_usd, unpriced = row
        return Spent(date.fromisoformat(day), calls, tokens, cost_usd, unpriced)


def latest_days(connection: apsw.Connection) -> tuple[ModelSpent, ...]:
    """What each model took on each day, the latest day first."""
    rows: list[Row] = connection.execute(_SQL["days"], (limits.SPENDING_ROWS_SHOWN,)).fetchall()
    return tuple(ModelSpent(date.fromisoformat(day), *rest) for day, *rest in rows)
