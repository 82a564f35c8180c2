"""What makes two names or values the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.fact import Fact
from holdfast.domain.statement import Slot, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Berlin", "berlin"), ("the Hague", "The Hague"), ("São Paulo", "Sao Paulo"), ("a nurse", "Nurse"),
        ("1,500 euros", "1500 euros"), ("Washington, D.C..", "washington d.c."),
        ("  two   words ", "two words"),
        ("ﬁsh", "fish"), ("Ana\u2019s car", "Ana's car"), ("sushi!", "sushi"), ("“Dune”", "Dune"),
        ("ＡＢＣ", "abc"),
    ],
)  # fmt: skip
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C++", "C"), ("C#", "C"), ("UTC+2", "UTC 2"), ("18.5", "185"), ("6:30", "630"), ("हिन्दी", "हन्दी"),
        ("東京", "京都"), ("🧠", "🐍"), ("...", "!!!"), ("a@b.c", "ab.c"),
    ],
)  # fmt: skip
def test_what_tells_values_apart_stays(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_slot_and_value_are_folded() -> None:
    fact = Fact(text="The Hague is big", subject="The Hague", attribute="Size", value="Big!", is_single=True)

    assert (fact.slot, fact.folded_value) == (Slot("hague", "size"), "big")
    assert (fact.valid_at, fact.time_words) == (None, None)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_and_loses_no_word(text: str) -> None:
    once = fold(text)

    assert fold(once) == once or once == ""
    assert bool(once) == bool(text.split())
