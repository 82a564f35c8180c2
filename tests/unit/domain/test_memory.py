"""What a memory says about itself, and what may be said about it."""

from datetime import timedelta

import pytest

from holdfast.domain.entity import read_relation_type, read_strength
from holdfast.domain.memory import (
    DEFAULT_IMPORTANCE,
    Origin,
    first_version,
    indexed_text,
    origin_of,
    read_expiry,
    read_importance,
    trust_of,
)
from holdfast.domain.message import Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.errors import InvalidInput
from tests.unit.making import NOW, make_memory


def test_category_and_tags_come_from_the_metadata() -> None:
    memory = make_memory("a", metadata=read_metadata({"category": "work", "tags": ["x", "y"]}))

    assert (memory.category, memory.tags) == ("work", ("x", "y"))
    assert (make_memory("a").category, make_memory("a").tags) == (None, ())


def test_speaker_is_that_of_the_first_source() -> None:
    assert make_memory(Message(Role.USER, "a", "Ana")).speaker == "Ana"
    assert make_memory("a").speaker == "user"
    assert make_memory("a", sources=()).speaker is None


def test_memory_is_visible_until_it_is_deleted_or_expires() -> None:
    tick = timedelta(microseconds=1)

    assert make_memory("a", expires_at=NOW).is_visible(NOW - tick)
    assert not make_memory("a", expires_at=NOW).is_visible(NOW)
    assert not make_memory("a", expired_at=NOW).is_visible(NOW)
    assert make_memory("a", expired_at=NOW).is_deleted


def test_people_are_trusted_more_than_tools() -> None:
    by_role = [trust_of(origin_of(role)) for role in (Role.USER, Role.ASSISTANT, Role.TOOL)]

    assert by_role == sorted(by_role, reverse=True)
    assert len(set(by_role)) == 3
    assert all(0 <= trust_of(origin) <= 1 for origin in Origin)


def test_first_version_is_the_memory_as_it_began() -> None:
    memory = make_memory("a", importance=0.3)

    version = first_version(memory)

    assert (version.memory_id, version.version, version.text) == (memory.id, 1, "a")
    assert (version.importance, version.recorded_at) == (0.3, memory.created_at)


def test_indexed_text_begins_with_the_name() -> None:
    assert (indexed_text("Ana", "hello"), indexed_text(None, "hello")) == ("Ana: hello", "hello")


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "1", True, None])
def test_strength_and_importance_are_shares(value: float | None) -> None:
    assert [read_importance(good) for good in (None, 0, 1)] == [DEFAULT_IMPORTANCE, 0, 1]
    if value is not None:
        with pytest.raises(InvalidInput, match="importance"):
            read_importance(value)
    with pytest.raises(InvalidInput) as caught:
        read_strength(value)
    assert caught.value.code == "invalid_strength"


def test_link_without_strength_is_none() -> None:
    assert read_strength(1) == 1
    with pytest.raises(InvalidInput):
        read_strength(0)


@pytest.mark.parametrize("name", ["", "Supersedes", "works with", "_a", "1a", "a" * 65, "a\n", None])
def test_relation_type_is_lower_case_words(name: str) -> None:
    assert read_relation_type("works_with2") == "works_with2"
    with pytest.raises(InvalidInput) as caught:
        read_relation_type(name)
    assert caught.value.code == "invalid_relation"


def test_expiry_lies_ahead() -> None:
    assert read_expiry(None, now=NOW) is None
    assert read_expiry(NOW + timedelta(1), now=NOW) == NOW + timedelta(1)
    with pytest.raises(InvalidInput) as caught:
        read_expiry(NOW, now=NOW)
    assert caught.value.code == "expiry_in_the_past"
