"""What a caller may hang on a memory."""

import json

import pytest

from holdfast import limits
from holdfast.domain.metadata import NO_METADATA, read_metadata
from holdfast.errors import InvalidInput, LimitExceeded


def test_metadata_is_a_frozen_copy() -> None:
    given = {"tags": ["a"], "n": 1, "list": [1, None, "x", True, 0.5]}

    read = read_metadata(given)
    given["tags"] = ["b"]

    assert read == {"tags": ("a",), "n": 1, "list": (1, None, "x", True, 0.5)}
    with pytest.raises(TypeError):
        read["n"] = 2  # type: ignore[index]  # that is what is refused


def test_no_metadata_is_empty() -> None:
    assert read_metadata(None) == read_metadata({}) == NO_METADATA == {}


@pytest.mark.parametrize(
    "given",
    [
        {"a": {"b": 1}}, {"a": [[1]]}, {"a": {1}}, {"a": b"x"}, {"a": float("nan")}, {"a": float("inf")},
        {"a": 2**63}, {"a": -(2**63) - 1}, {"a": "x\x00"}, {"a": ["\ud800"]}, {"": 1}, {1: 1}, {"a\n": 1},
        {"x" * (limits.NAME_CHARACTERS_MAX + 1): 1}, {"category": 1}, {"category": ["a"]}, {"tags": "a"},
        {"tags": [1]}, ["a"], "a",
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_what_cannot_be_kept_or_asked_for_is_refused(given: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_metadata(given)  # type: ignore[arg-type]  # a caller may err

    assert caught.value.code == "invalid_metadata"


def test_metadata_is_bounded_in_bytes() -> None:
    room = limits.METADATA_BYTES_MAX - len(json.dumps({"a": ""}))

    assert read_metadata({"a": "x" * room})
    with pytest.raises(LimitExceeded) as caught:
        read_metadata({"a": "x" * (room - 1) + "é"})
    assert caught.value.code == "metadata_too_large"


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1e308, 5e-324, "", "🧠", True, None])
def test_extreme_values_are_kept(value: object) -> None:
    assert read_metadata({"a": value})["a"] == value
