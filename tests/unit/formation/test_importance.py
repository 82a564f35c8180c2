"""What matters more is scored higher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.message import Role
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
    assert importance_of(less, Role.USER) < importance_of(more, Role.USER)


def test_role_of_the_speaker_counts() -> None:
    text = "I moved to Berlin in May"
    roles = (Role.TOOL, Role.ASSISTANT, Role.USER)

    scores = [importance_of(text, role) for role in roles]

    assert scores == sorted(scores)
    assert len(set(scores)) == 3


@given(st.text(max_size=200), st.sampled_from(Role))
def test_importance_lies_between_0_and_1(text: str, role: Role) -> None:
    assert 0 <= importance_of(text, role) <= 1
