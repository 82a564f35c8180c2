"""What a day may cost."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.spending import DailyBudget, Spent, require_budget
from holdfast.errors import InvalidInput, LimitExceeded

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPENT = Spent.nothing(NOON).plus(900, 0.5, at=NOON).plus(100, None, at=NOON)


def test_calls_add_up() -> None:
    assert (SPENT.calls, SPENT.tokens, SPENT.cost_usd, SPENT.unpriced_calls) == (2, 1_000, 0.5, 1)


@pytest.mark.parametrize(
    "budget", [DailyBudget(), DailyBudget(tokens_max=1_001), DailyBudget(cost_usd_max=0.51)]
)
def test_a_day_with_something_left_goes_on(budget: DailyBudget) -> None:
    require_budget(budget, SPENT, now=NOON)


@pytest.mark.parametrize(
    "budget",
    [DailyBudget(tokens_max=1_000), DailyBudget(cost_usd_max=0.5), DailyBudget(0), DailyBudget(9, 9.0)],
)
def test_a_spent_day_refuses_until_the_next_begins(budget: DailyBudget) -> None:
    with pytest.raises(LimitExceeded) as caught:
        require_budget(budget, SPENT, now=NOON)
    assert caught.value.code == "model_budget_spent"
    assert caught.value.fields["again_at"] == "2026-03-02T00:00:00Z"


def test_a_new_day_begins_at_midnight_in_utc() -> None:
    late = datetime(2026, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert SPENT.on(late).tokens == 1_000
    assert SPENT.on(late + timedelta(hours=2)).tokens == 0
    require_budget(DailyBudget(tokens_max=1), SPENT, now=NOON + timedelta(days=1))


def test_a_clock_set_back_gives_nothing_back() -> None:
    with pytest.raises(LimitExceeded):
        require_budget(DailyBudget(tokens_max=1_000), SPENT, now=NOON - timedelta(days=2))


@pytest.mark.parametrize("bound", [-1, float("nan")])
def test_a_budget_is_at_least_nothing(bound: float) -> None:
    with pytest.raises(InvalidInput):
        DailyBudget(cost_usd_max=bound)


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.none() | st.floats(0, 10)), max_size=20),
    st.integers(1, 50_000),
)
def test_a_day_ends_at_most_one_call_above_its_budget(
    calls: list[tuple[int, float | None]], most: int
) -> None:
    spent, largest = Spent.nothing(NOON), max((tokens for tokens, _ in calls), default=0)
    for tokens, cost in calls:
        try:
            require_budget(DailyBudget(tokens_max=most), spent, now=NOON)
        except LimitExceeded:
            break
        spent = spent.plus(tokens, cost, at=NOON)
    assert spent.tokens < most + largest or spent.tokens == 0
