"""How signals are joined."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.budget import estimate_tokens, read_max_tokens
from holdfast.domain.ranking import WEIGHTS, Scores, Signal, fuse, parts_of, rank
from holdfast.errors import InvalidInput

floats = st.floats(-10, 10)
scores = st.builds(Scores, st.dictionaries(st.integers(1, 6), floats, max_size=6), floats, floats)
signals = st.dictionaries(st.sampled_from(Signal), scores)


@given(signals)
def test_fused_scores_lie_between_0_and_1_for_everything_that_is_known(found: dict[Signal, Scores]) -> None:
    fused = fuse(found)

    assert fused.keys() == {key for each in found.values() for key in each.by_key}
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


@given(signals)
def test_parts_add_up_to_the_score(found: dict[Signal, Scores]) -> None:
    for key, score in fuse(found).items():
        assert sum(part.contribution for part in parts_of(key, found)) == pytest.approx(score)


@given(signals)
def test_rank_is_by_score_and_of_equals_the_newer_first(found: dict[Signal, Scores]) -> None:
    fused = fuse(found)

    ranked = rank(fused)

    assert sorted(ranked) == sorted(fused)
    for first, second in pairwise(ranked):
        assert (fused[first], first) > (fused[second], second)


@given(floats, floats, floats, floats)
def test_higher_raw_score_is_never_normalised_lower(a: float, b: float, floor: float, ceiling: float) -> None:
    found = Scores({1: min(a, b), 2: max(a, b)}, floor, ceiling)

    assert found.normalised(1) <= found.normalised(2)


def test_signal_that_knows_the_best_of_everything_gives_its_whole_weight() -> None:
    everything = {signal: Scores({1: 2.0, 2: 1.0}, 1.0, 2.0) for signal in Signal}

    assert fuse(everything) == {1: pytest.approx(1.0), 2: pytest.approx(0.0)}
    assert fuse({Signal.WORDS: Scores({1: 4.0}, 0.0, 4.0)})[1] == pytest.approx(
        WEIGHTS[Signal.WORDS] / sum(WEIGHTS.values())
    )


def test_signal_scales_its_scores_and_says_nothing_of_what_it_does_not_know() -> None:
    scores = Scores({1: 0.25, 2: -1.0, 3: 7.0}, 0.0, 0.5)

    assert dict(scores.all_scaled()) == {1: 0.5, 2: 0.0, 3: 1.0}
    assert [scores.normalised(key) for key in (1, 2, 3, 4)] == [0.5, 0.0, 1.0, 0.0]


def test_only_score_of_a_scope_is_its_best() -> None:
    assert Scores({1: 0.5}, 0.5, 0.5).normalised(1) == 1.0


def test_part_knows_its_rank_in_the_signal() -> None:
    found = {Signal.WORDS: Scores({1: 3.0, 2: 5.0, 3: 3.0}, 0.0, 5.0)}

    assert [parts_of(key, found)[0].rank for key in (2, 1, 3, 4)] == [1, 2, 2, None]


@given(st.text(), st.text())
def test_estimate_of_two_texts_is_about_that_of_both(first: str, second: str) -> None:
    """A join can only merge the two words at the seam, never lose what stands beside it."""
    apart = estimate_tokens(first) + estimate_tokens(second)

    assert estimate_tokens(f"{first} {second}") == apart


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("  \n", 0),
        ("word", 1),
        ("words", 1),
        ("moreover", 2),
        ("2026", 2),
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
