"""What matters more is scored higher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.origin import Origin
from holdfast.formation.importance import importance_of


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("ok", "I live in Berlin"),
        ("Do I live in Berlin?", "I live in Berlin"),
        ("I moved to Berlin", "I moved to Berlin in May"),
        ("someone moved to town", "Eva moved to Berlin town"),
        ("The key is under the pot", "Remember that the key is under the pot"),
        ("They like tea", "I like tea"),
        ("Use metric units", "Always use metric units"),
        ("We met", "We met Eva and talked about the bridge"),
    ],
)
def test_mark_adds(less: str, more: str) -> None:
    assert importance_of(less, Origin.USER) < importance_of(more, Origin.USER)


def test_origin_of_the_words_counts() -> None:
    text = "I moved to Berlin in May"
    origins = (Origin.TOOL, Origin.ASSISTANT, Origin.USER)

    scores = [importance_of(text, origin) for origin in origins]

    assert scores == sorted(scores)
    assert len(set(scores)) == 3


@given(st.text(max_size=200), st.sampled_from(Origin))
def test_importance_lies_between_0_and_1(text: str, origin: Origin) -> None:
    assert 0 <= importance_of(text, origin) <= 1
