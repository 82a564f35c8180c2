"""Token estimates and budgets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.budget import estimate_tokens, read_max_tokens
from holdfast.errors import InvalidInput


@given(st.text(), st.text())
def test_estimate_of_two_texts_is_about_that_of_both(first: str, second: str) -> None:
    """A join adds at most the space before a number, and never loses what stands beside it."""
    apart = estimate_tokens(first) + estimate_tokens(second)

    assert apart <= estimate_tokens(f"{first} {second}") <= apart + 1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("  \n", 0),
        ("word", 1),
        ("words", 1),
        ("moreover", 2),
        ("Ana", 1),
        ("Nadiia", 2),
        ("WHO", 2),
        ("OK", 1),
        ("2026", 2),
        ("in 2026", 4),
        ("a, b!", 4),
        ("日本", 4),
        ("_", 1),
        ("é", 2),
    ],
)
def test_tokens_are_estimated_by_length_and_script(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize("value", [0, -1, 1_000_001, 1.5, "9", True])
def test_budget_is_a_whole_number_within_bounds(value: int) -> None:
    assert [read_max_tokens(good) for good in (1, 1_000_000)] == [1, 1_000_000]
    with pytest.raises(InvalidInput) as caught:
        read_max_tokens(value)
    assert caught.value.code == "invalid_budget"
