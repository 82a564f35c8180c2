"""Whether a memory passes a filter: the table that every store is measured against."""

from datetime import timedelta
from typing import Any

import pytest

from holdfast.domain.matching import passes, sees, unmet
from holdfast.domain.memory import Memory, State
from holdfast.domain.message import Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.domain.query import And, Or, read_filters, spell_filter
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from tests.unit.making import NOW, make_memory

MEMORY = make_memory(
    Message(Role.ASSISTANT, "hello", "Tom"),
    scope=Scope.of(user_id="ana", session_id="s1"),
    metadata=read_metadata(
        {
            "category": "work", "tags": ["db", "sql"], "n": 1, "f": 0.5, "yes": True, "none": None,
            "a.b": "dotted", "text": "50% off", "mixed": [1, "1", None],
        }
    ),
    importance=0.5,
)  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"category": "work"}, {"category": {"contains": "or"}}, {"category": {"gte": "work"}},
        {"category": {"lt": "x"}},
        {"tags": {"contains": "db"}}, {"tags": {"ne": "db"}}, {"metadata.n": 1}, {"metadata.n": 1.0},
        {"metadata.n": True},
        {"metadata.yes": 1}, {"metadata.n": {"gt": 0.5}}, {"metadata.none": None}, {"metadata.missing": None},
        {"metadata.missing": {"ne": 1}}, {"metadata.missing": {"nin": [1]}}, {"metadata.a.b": "dotted"},
        {"metadata.text": {"contains": "% "}}, {"metadata.text": {"contains": ""}},
        {"metadata.mixed": {"contains": "1"}},
        {"metadata.n": {"ne": "1"}}, {"metadata.n": {"in": ["1", 1]}}, {"speaker": "Tom"}, {"user_id": "ana"},
        {"agent_id": None}, {"session_id": {"in": ["s0", "s1"]}}, {"kind": "episodic"},
        {"importance": {"lte": 0.5}},
        {"invalid_at": None}, {"created_at": {"gte": NOW}}, {"NOT": {"category": "home"}},
        {"OR": [{"category": "home"}, {"speaker": "Tom"}]}, {"origin": "assistant"}, {"version": 1},
    ],
    ids=str,
)  # fmt: skip
def test_memory_passes(given: dict[str, object]) -> None:
    assert is_passed(given)
    assert not is_passed({"NOT": given})


@pytest.mark.parametrize(
    "given",
    [
        {"category": "WORK"}, {"category": {"ne": "work"}}, {"category": 1}, {"category": {"gt": 1}},
        {"tags": "db"},
        {"tags": {"contains": "d"}}, {"tags": {"gt": "a"}}, {"metadata.n": "1"}, {"metadata.n": {"lt": "2"}},
        {"metadata.missing": {"lt": 1}}, {"metadata.missing": {"contains": ""}}, {"metadata.a": "dotted"},
        {"metadata.none": {"gte": 0}}, {"metadata.n": {"contains": "1"}}, {"metadata.text": "50_ off"},
        {"speaker": "assistant"}, {"agent_id": "tutor"}, {"invalid_at": {"lt": NOW}},
        {"importance": {"gt": 0.5}},
        {"category": {"in": []}}, {"user_id": None},
    ],
    ids=str,
)  # fmt: skip
def test_memory_does_not_pass(given: dict[str, object]) -> None:
    assert not is_passed(given)
    assert is_passed({"NOT": given})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"category": "work"}, []),
        ({"category": "home"}, ['category eq "home"']),
        ({"category": "home", "speaker": "Tom", "metadata.n": 2}, ['category eq "home"', "metadata.n eq 2"]),
        (
            {"OR": [{"category": "home"}, {"category": {"in": ["a", "b"]}, "metadata.n": {"gt": 1}}]},
            ['category eq "home" OR (category in ["a", "b"] AND metadata.n gt 1)'],
        ),
        ({"NOT": {"category": "work"}}, ['NOT (category eq "work")']),
        ({"created_at": {"lt": "2020-01-01"}}, ["created_at lt 2020-01-01T00:00:00Z"]),
    ],
)  # fmt: skip
def test_conditions_that_are_not_met_are_told_of_one_by_one(
    given: dict[str, object], expected: list[str]
) -> None:
    tree = read_filters(given)
    assert tree is not None

    assert [spell_filter(part) for part in unmet(tree, MEMORY)] == expected


def test_all_of_nothing_holds_and_one_of_nothing_does_not() -> None:
    assert passes(And(()), MEMORY)
    assert not passes(Or(()), MEMORY)


@pytest.mark.parametrize(
    ("fields", "view", "expected"),
    [
        ({}, {}, True),
        ({"expired_at": NOW}, {}, False),
        ({"expires_at": NOW}, {}, False),
        ({"expires_at": NOW + timedelta(microseconds=1)}, {}, True),
        ({"state": State.ARCHIVED}, {}, False),
        ({"state": State.ARCHIVED}, {"include_archived": True}, True),
        ({}, {"valid_at": NOW}, True),
        ({}, {"valid_at": NOW - timedelta(microseconds=1)}, False),
        ({"invalid_at": NOW + timedelta(1)}, {"valid_at": NOW + timedelta(1)}, False),
        ({"invalid_at": NOW + timedelta(1)}, {"valid_at": NOW}, True),
        ({"invalid_at": NOW}, {}, False),
        ({"invalid_at": NOW + timedelta(microseconds=1)}, {}, True),
        ({}, {"filter": read_filters({"category": "home"})}, False),
    ],
)
def test_view_shows_what_is_believed_unexpired_and_true(
    fields: dict[str, Any],
    view: dict[str, Any],
    expected: bool,  # noqa: FBT001 (a table's column)
) -> None:
    memory = make_memory("hello", **fields)

    assert sees(View(now=NOW, **view), memory) is expected


def is_passed(given: dict[str, object], memory: Memory = MEMORY) -> bool:
    tree = read_filters(given)
    assert tree is not None
    return passes(tree, memory)
