"""How signals are joined."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.ranking import (
    FITTING,
    TERM_REACH,
    TOTAL_WEIGHT,
    WEIGHTS,
    Scores,
    Signal,
    read_fusion,
)
from holdfast.domain.reinforcement import FEEDBACK_REACH
from holdfast.errors import InvalidInput
from holdfast.recall.fuse import Ranking, fuse, fuse_ranks
from holdfast.recall.interpret import interpret
from tests.unit.recall.tables import table_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING_SPECIAL = interpret("tea", reference=NOW)
KEYS = range(1, 7)
floats = st.floats(-10, 10)


def scores(by_key: Mapping[int, float], ceiling: float = 1.0) -> Scores:
    return Scores(np.array([*by_key], np.int64), np.array([*by_key.values()]), ceiling)


any_scores = st.builds(
    scores,
    st.dictionaries(st.sampled_from(KEYS), floats, max_size=6),
    st.just(0.0) | st.floats(0.01, 10),
)
FOUND = (*FITTING, Signal.NAMES)
found_signals = st.fixed_dictionaries(dict.fromkeys(FOUND, any_scores))


def ranked(found: Mapping[Signal, Scores]) -> Ranking:
    every = {signal: found.get(signal, scores({})) for signal in FOUND}
    return fuse(every, table_of(KEYS), NOTHING_SPECIAL, now=NOW)


def fused(found: Mapping[Signal, Scores]) -> dict[int, float]:
    ranking = ranked(found)
    return dict(zip(ranking.keys.tolist(), ranking.scores.tolist(), strict=True))


@given(found_signals)
def test_fused_scores_lie_between_0_and_1_for_every_candidate(found: dict[Signal, Scores]) -> None:
    known = fused(found)

    assert known.keys() == set(KEYS)
    assert all(0 <= score <= 1 + TERM_REACH for score in known.values())


@given(found_signals)
def test_parts_add_up_to_the_score(found: dict[Signal, Scores]) -> None:
    ranking = ranked(found)

    for place, score in enumerate(ranking.scores.tolist()):
        parts = ranking.parts(place)
        assert {part.signal for part in parts} == set(Signal) - {Signal.GRAPH}
        assert sum(part.contribution for part in parts) == pytest.approx(score)


@given(found_signals)
def test_rank_is_by_score_and_of_equals_the_newer_first(found: dict[Signal, Scores]) -> None:
    for first, second in pairwise(fused(found).items()):
        assert (first[1], first[0]) > (second[1], second[0])


def test_words_count_by_the_share_of_what_the_query_could_score() -> None:
    nothing = fused({})[1]

    half = fused({Signal.WORDS_WINDOW: scores({1: 2.0}, ceiling=4.0)})[1]

    assert half - nothing >= 0.499 * WEIGHTS[Signal.WORDS_WINDOW] / TOTAL_WEIGHT


def test_words_count_less_in_a_small_scope() -> None:
    found = {signal: scores({1: 1.0}) for signal in FOUND}

    shares = [
        fuse(found, table_of([1], inside=size), NOTHING_SPECIAL, now=NOW).columns[Signal.WORDS][0]
        for size in (1, 50, 10**6)
    ]

    assert shares == [pytest.approx(1 / 51), pytest.approx(0.5), pytest.approx(1, abs=1e-4)]


def test_words_lead_in_another_script() -> None:
    found = {signal: scores({}) for signal in FOUND}
    found |= {Signal.MEANING: scores({1: 0.9, 2: 0.5}), Signal.WORDS_WINDOW: scores({1: 0.1, 2: 0.3})}
    foreign = interpret("我住在哪里", reference=datetime(2026, 3, 1, tzinfo=UTC))

    assert fuse(found, table_of([1, 2]), NOTHING_SPECIAL, now=NOW).keys[0] == 1
    assert fuse(found, table_of([1, 2]), foreign, now=NOW).keys[0] == 2


def test_closeness_counts_as_it_is_in_any_company() -> None:
    alone = ranked({Signal.MEANING: scores({1: 0.25})})
    with_others = ranked({Signal.MEANING: scores({1: 0.25, 2: 0.5, 3: -0.5})})

    for ranking in (alone, with_others):
        place = ranking.order[ranking.keys.tolist().index(1)]
        assert ranking.columns[Signal.MEANING][place] == pytest.approx(0.25)


def test_window_of_a_note_is_the_note() -> None:
    found = {Signal.MEANING: scores({1: 0.5}), Signal.MEANING_WINDOW: scores({1: 0.1, 2: 0.9})}
    every = {signal: found.get(signal, scores({})) for signal in FOUND}

    talk = fuse(every, table_of(KEYS, in_talk=True), NOTHING_SPECIAL, now=NOW)
    notes = fuse(every, table_of(KEYS, in_talk=False), NOTHING_SPECIAL, now=NOW)

    assert talk.keys[0] == 2
    assert notes.keys[0] == 1
    assert notes.columns[Signal.MEANING_WINDOW][notes.order[0]] == pytest.approx(0.5)


judgements = st.lists(st.floats(-1, 1), min_size=len(KEYS), max_size=len(KEYS))


@given(found_signals, judgements)
def test_feedback_brings_no_memory_past_one_that_fits_better_by_more_than_its_reach(
    found: dict[Signal, Scores], said: list[float]
) -> None:
    every = {signal: found.get(signal, scores({})) for signal in FOUND}
    fit = fused(found)
    rated = fuse(every, table_of(KEYS, feedback=said), NOTHING_SPECIAL, now=NOW)

    for better, worse in pairwise(rated.keys.tolist()):
        assert fit[worse] - fit[better] <= FEEDBACK_REACH + 1e-9
    for key, score in zip(rated.keys.tolist(), rated.scores.tolist(), strict=True):
        assert abs(score - fit[key]) <= FEEDBACK_REACH / 2 + 1e-9


@given(found_signals, judgements)
def test_parts_with_feedback_add_up_to_the_score(found: dict[Signal, Scores], said: list[float]) -> None:
    every = {signal: found.get(signal, scores({})) for signal in FOUND}
    rated = fuse(every, table_of(KEYS, feedback=said), NOTHING_SPECIAL, now=NOW)

    for place, score in enumerate(rated.scores.tolist()):
        assert sum(part.contribution for part in rated.parts(place)) == pytest.approx(score)


def test_feedback_decides_between_memories_that_fit_alike() -> None:
    every = {signal: scores(dict.fromkeys(KEYS, 0.5)) for signal in FOUND}

    rated = fuse(every, table_of(KEYS, feedback=[0, 0.2, 0, -0.2, 0, 0]), NOTHING_SPECIAL, now=NOW)

    assert rated.keys.tolist() == [2, 6, 5, 3, 1, 4]


@given(
    found_signals,
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.lists(st.integers(0, 1_780_000_000_000_000), min_size=6, max_size=6),
)
def test_terms_bring_no_memory_past_one_that_fits_better_by_more_than_their_reach(
    found: dict[Signal, Scores], importance: list[float], trust: list[float], last_use: list[int]
) -> None:
    every = {signal: found.get(signal, scores({})) for signal in FOUND}
    for term in ({"importance": importance}, {"trust": trust}, {"last_use": last_use}):
        fit = fused(found)
        lifted = fuse(every, table_of(KEYS, **term), NOTHING_SPECIAL, now=NOW)

        for better, worse in pairwise(lifted.keys.tolist()):
            assert fit[worse] - fit[better] <= TERM_REACH + 1e-9


@pytest.mark.parametrize(
    ("term", "values"),
    [("importance", [0.2, 0.9]), ("trust", [0.4, 1.0]), ("last_use", [0, int(NOW.timestamp() * 1e6)])],
)
def test_what_matters_is_trusted_or_fresh_comes_first_of_memories_that_fit_alike(
    term: str, values: list[float]
) -> None:
    every = {signal: scores({1: 0.5, 2: 0.5}) for signal in FOUND}

    one_way = fuse(every, table_of([1, 2], **{term: values}), NOTHING_SPECIAL, now=NOW)  # type: ignore[arg-type]
    other_way = fuse(every, table_of([1, 2], **{term: values[::-1]}), NOTHING_SPECIAL, now=NOW)  # type: ignore[arg-type]

    assert (one_way.keys.tolist(), other_way.keys.tolist()) == ([2, 1], [1, 2])


def test_part_knows_its_rank_in_the_signal() -> None:
    ranking = ranked({Signal.MEANING: scores({1: 0.3, 2: 0.5, 3: 0.3})})

    ranks = {}
    for place, key in enumerate(ranking.keys.tolist()):
        (part,) = (part for part in ranking.parts(place) if part.signal is Signal.MEANING)
        ranks[key] = part.rank
    assert [ranks[key] for key in (2, 1, 3, 4)] == [1, 2, 2, None]


def test_ranks_of_all_lists_are_joined() -> None:
    found = {signal: scores({1: 0.9, 2: 0.5, 3: 0.1}) for signal in FOUND}
    found[Signal.WORDS] = scores({2: 7.0, 3: 7.0})

    ranking = fuse_ranks(found, table_of(KEYS))

    assert ranking.keys.tolist()[:3] == [2, 3, 1]
    assert ranking.scores[-1] == 0
    assert ranking.scores[0] <= 1
    for rank, score in enumerate(ranking.scores.tolist()):
        assert sum(part.contribution for part in ranking.parts(rank)) == pytest.approx(score)


def test_first_of_every_list_has_the_whole_score() -> None:
    everything = {signal: scores({1: 0.9, 2: 0.5}) for signal in FOUND}

    assert fuse_ranks(everything, table_of([1, 2])).scores[0] == pytest.approx(1)


@pytest.mark.parametrize("value", ["", "sums", None, 3], ids=repr)
def test_unknown_fusion_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_fusion(value)

    assert caught.value.code == "invalid_fusion"
