"""What a read asks for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast import limits
from holdfast.domain.query import (
    And,
    Compare,
    Filter,
    FilterInput,
    Not,
    Operator,
    Or,
    read_filters,
    read_limit,
)
from holdfast.errors import InvalidInput, LimitExceeded

DAY = datetime(2026, 1, 1, tzinfo=UTC)
WORK = Compare("category", Operator.EQ, ("work",))
TAGGED = Compare("tags", Operator.CONTAINS, ("db",))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ({}, None),
        ({"category": "work"}, WORK),
        ({"category": "work", "tags": {"contains": "db"}}, And((WORK, TAGGED))),
        ({"AND": [{"category": "work"}]}, And((WORK,))),
        ({"OR": [{"category": "work"}, {"tags": {"contains": "db"}}]}, Or((WORK, TAGGED))),
        ({"NOT": {"category": "work"}}, Not(WORK)),
        (
            {"created_at": {"gte": "2026-01-01", "lt": DAY}},
            And((Compare("created_at", Operator.GTE, (DAY,)), Compare("created_at", Operator.LT, (DAY,)))),
        ),
        ({"importance": {"in": [0, 0.5]}}, Compare("importance", Operator.IN, (0, 0.5))),
        ({"metadata.a.b": None}, Compare("metadata.a.b", Operator.EQ, (None,))),
        ({"metadata.AND": 1}, Compare("metadata.AND", Operator.EQ, (1,))),
    ],
)
def test_filter_is_read_from_a_mapping(given: FilterInput | None, expected: Filter | None) -> None:
    assert read_filters(given) == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": "a"}, "unknown_filter_key"), ({"metadata.": 1}, "unknown_filter_key"),
        ({"id": "x"}, "unknown_filter_key"),
        ({"m.text; --": 1}, "unknown_filter_key"), ({"metadata": {"a": 1}}, "unknown_filter_key"),
        ({"metadata." + "x" * (limits.NAME_CHARACTERS_MAX + 1): 1}, "unknown_filter_key"),
        ({"category": {"like": "a"}}, "unknown_filter_operator"),
        ({"category": {"in": "abc"}}, "invalid_filter_value"),
        ({"category": {"contains": 1}}, "invalid_filter_value"),
        ({"category": {"gt": None}}, "invalid_filter_value"),
        ({"category": ["a"]}, "invalid_filter_value"), ({"importance": "high"}, "invalid_filter_value"),
        ({"importance": True}, "invalid_filter_value"), ({"metadata.a": 2**63}, "invalid_filter_value"),
        ({"metadata.a": "\ud800"}, "invalid_filter_value"), ({"AND": []}, "invalid_filter_value"),
        ({"OR": "ab"}, "invalid_filter_value"), ({"NOT": [1]}, "invalid_filter_value"),
        ("category", "invalid_filter_value"),
        ({"created_at": 5}, "invalid_instant"), ({"created_at": {"gt": "soon"}}, "invalid_instant"),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_other_filters_are_refused(given: FilterInput, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_filters(given)

    assert caught.value.code == code


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"category": "work"}
    for _ in range(depth - 1):
        tree = {"NOT": tree}
    return tree


def test_filter_is_bounded_in_depth() -> None:
    assert read_filters(nested(limits.FILTER_DEPTH_MAX))
    with pytest.raises(LimitExceeded):
        read_filters(nested(limits.FILTER_DEPTH_MAX + 1))


def test_filter_is_bounded_in_values() -> None:
    most = limits.FILTER_TERMS_MAX
    assert read_filters({"category": {"in": ["a"] * most}})
    assert read_filters({"OR": [{"category": "a"}] * most})
    for given in ({"category": {"in": ["a"] * (most + 1)}}, {"OR": [{"category": "a"}] * (most + 1)}):
        with pytest.raises(LimitExceeded) as caught:
            read_filters(given)
        assert caught.value.code == "filter_too_large"


@pytest.mark.parametrize("value", [0, -1, 11, 1.0, "1", True, None])
def test_limit_is_a_whole_number_within_bounds(value: int) -> None:
    assert [read_limit(good, 10) for good in (1, 10)] == [1, 10]
    with pytest.raises(InvalidInput) as caught:
        read_limit(value, 10)
    assert caught.value.code == "invalid_limit"
