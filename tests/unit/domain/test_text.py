"""What a text must be before it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.text import collapse_white_space, require_text
from holdfast.errors import HoldfastError


def code_of(text: object) -> str:
    with pytest.raises(HoldfastError) as caught:
        require_text(text, what="it", characters_max=5)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "not_text"), (7, "not_text"), (b"a", "not_text"), ("", "empty_text"),
        (" \n\t\u2003", "empty_text"),
        ("123456", "text_too_long"), ("a\x00", "unstorable_text"), ("a\ud800", "unstorable_text"),
        ("\udfff", "unstorable_text"),
    ],
)  # fmt: skip
def test_text_that_cannot_be_stored_is_refused(text: object, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["12345", " a ", "a\nb\t", "\x01", "🧠🧠🧠🧠🧠", "\ue000", "\u202e"])
def test_any_other_text_is_kept_as_it_is(text: str) -> None:
    assert require_text(text, what="it", characters_max=5) == text


@given(st.text())
def test_collapsing_white_space_keeps_the_words(text: str) -> None:
    collapsed = collapse_white_space(text)

    assert collapsed.split() == text.split()
    assert collapsed == collapse_white_space(collapsed)
