"""How signals are joined."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.ranking import WEIGHTS, Scores, Signal
from holdfast.recall.fuse import fuse

floats = st.floats(-10, 10)


def scores(by_key: Mapping[int, float], floor: float, ceiling: float) -> Scores:
    return Scores(np.array([*by_key], np.int64), np.array([*by_key.values()]), floor, ceiling)


any_scores = st.builds(scores, st.dictionaries(st.integers(1, 6), floats, max_size=6), floats, floats)
signals = st.dictionaries(st.sampled_from(Signal), any_scores, min_size=1)


def fused(found: Mapping[Signal, Scores]) -> dict[int, float]:
    ranking = fuse(found)
    return dict(zip(ranking.keys.tolist(), ranking.scores.tolist(), strict=True))


@given(signals)
def test_fused_scores_lie_between_0_and_1_for_everything_that_is_known(found: dict[Signal, Scores]) -> None:
    known = fused(found)

    assert known.keys() == {key for each in found.values() for key in each.by_key}
    assert all(0 <= score <= 1 + 1e-9 for score in known.values())


@given(signals)
def test_parts_add_up_to_the_score(found: dict[Signal, Scores]) -> None:
    for key, score in fused(found).items():
        parts = [each.part(signal, key) for signal, each in found.items()]
        assert sum(part.contribution for part in parts) == pytest.approx(score)


@given(signals)
def test_rank_is_by_score_and_of_equals_the_newer_first(found: dict[Signal, Scores]) -> None:
    for first, second in pairwise(fused(found).items()):
        assert (first[1], first[0]) > (second[1], second[0])


@given(floats, floats, floats, floats)
def test_higher_raw_score_is_never_normalised_lower(a: float, b: float, floor: float, ceiling: float) -> None:
    lower, higher = scores({1: min(a, b), 2: max(a, b)}, floor, ceiling).scaled

    assert lower <= higher


def test_signal_that_knows_the_best_of_everything_gives_its_whole_weight() -> None:
    everything = {signal: scores({1: 2.0, 2: 1.0}, 1.0, 2.0) for signal in Signal}

    assert fused(everything) == {1: pytest.approx(1.0), 2: pytest.approx(0.0)}
    assert fused({Signal.WORDS: scores({1: 4.0}, 0.0, 4.0)})[1] == pytest.approx(
        WEIGHTS[Signal.WORDS] / sum(WEIGHTS.values())
    )


def test_signal_scales_its_scores_and_gives_nothing_to_what_it_does_not_know() -> None:
    found = scores({1: 0.25, 2: -1.0, 3: 7.0}, 0.0, 0.5)

    assert found.scaled.tolist() == [0.5, 0.0, 1.0]
    assert [found.part(Signal.WORDS, key).normalised for key in (1, 2, 3, 4)] == [0.5, 0.0, 1.0, 0.0]


def test_only_score_of_a_scope_is_its_best() -> None:
    assert scores({1: 0.5}, 0.5, 0.5).scaled.tolist() == [1.0]


def test_part_knows_its_rank_in_the_signal() -> None:
    found = scores({1: 3.0, 2: 5.0, 3: 3.0}, 0.0, 5.0)

    assert [found.part(Signal.WORDS, key).rank for key in (2, 1, 3, 4)] == [1, 2, 2, None]
