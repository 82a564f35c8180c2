"""How much a day may cost: what was spent on model calls, and the rule that stops them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from holdfast.domain.instant import iso
from holdfast.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class DailyBudget:
    """The most that model calls may take on one day in UTC; None sets no bound.

    Raises:
        InvalidInput: ``invalid_budget`` for a bound below zero or one that is no number.
    """

    tokens_max: int | None = None
    cost_usd_max: float | None = None

    def __post_init__(self) -> None:
        for bound in (self.tokens_max, self.cost_usd_max):
            if bound is not None and not bound >= 0:
                raise InvalidInput(
                    f"a daily budget must be a number of at least 0, not {bound!r}", code="invalid_budget"
                )


@dataclass(frozen=True, slots=True)
class Spent:
    """What model calls took on one day in UTC.

    A call whose price nobody knows counts its tokens and no cost; ``unpriced_calls`` says how many did.

    Example:
        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> day = Spent.nothing(noon).plus(1_000, 0.002, at=noon)
        >>> day.tokens, day.plus(500, None, at=noon + timedelta(days=1)).tokens
        (1000, 500)
    """

    day: date
    calls: int
    tokens: int
    cost_usd: float
    unpriced_calls: int

    @classmethod
    def nothing(cls, at: datetime) -> Spent:
        """The day of that instant before its first call."""
        return cls(at.astimezone(UTC).date(), 0, 0, 0.0, 0)

    def on(self, at: datetime) -> Spent:
        """This day's spending, or nothing where ``at`` lies on a later one.

        A clock that was set back does not give a spent day back.
        """
        fresh = Spent.nothing(at)
        return fresh if fresh.day > self.day else self

    def plus(self, tokens: int, cost_usd: float | None, *, at: datetime) -> Spent:
        """The spending after one more call."""
        before = self.on(at)
        return Spent(
            before.day,
            before.calls + 1,
            before.tokens + tokens,
            before.cost_usd + (cost_usd or 0.0),
            before.unpriced_calls + (cost_usd is None),
        )


@dataclass(frozen=True, slots=True)
class ModelSpent:
    """What calls of one model took on one day in UTC; those whose price nobody knows add no cost."""

    day: date
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced_calls: int


def require_budget(budget: DailyBudget, spent: Spent, *, now: datetime) -> None:
    """Refuse a model call on a day that has used its budget up. What is said is remembered all the same.

    A call is let through while anything is left, so a day may end one call above its budget.

    Raises:
        LimitExceeded: ``model_budget_spent``; the field ``again_at`` says when the next day begins.
    """
    today = spent.on(now)
    used_up = [
        f"{used:,} of {most:,} {unit}"
        for used, most, unit in (
            (today.tokens, budget.tokens_max, "tokens"),
            (today.cost_usd, budget.cost_usd_max, "USD"),
        )
        if most is not None and used >= most
    ]
    if used_up:
        again_at = datetime.combine(today.day + timedelta(days=1), time(), UTC)
        raise LimitExceeded(
            f"the language model has used {' and '.join(used_up)} on {today.day}: what is said is "
            f"stored, and the model reads it from {iso(again_at)} on; or raise the daily budget",
            code="model_budget_spent",
            tokens=today.tokens,
            cost_usd=today.cost_usd,
            again_at=iso(again_at),
        )
