"""The weights of signals are found where they are known."""

from collections.abc import Iterable

import numpy as np
import pytest

from benchmarks.quality.facts import load_groups
from benchmarks.quality.weights import LEFT_OUT, Asked, fit, found_by
from holdfast.domain.ranking import TERM_WEIGHTS, WEIGHTS, Signal

SIGNALS = list(WEIGHTS)


def asked(chosen: int, telling: Iterable[float], *, category: str = "what", seed: int = 0) -> Asked:
    """A question about eight candidates whose meaning is given and whose other signals are chance."""
    signals = np.random.default_rng(seed).random((8, len(SIGNALS)))
    signals[:, SIGNALS.index(Signal.MEANING)] = list(telling)
    answers = np.arange(8) == chosen
    messages = tuple(str(place) for place in range(8))
    spared = np.zeros(8, np.bool_)
    return Asked(0, category, frozenset({str(chosen)}), messages, signals, answers, spared)


def questions(count: int) -> list[Asked]:
    return [asked(n % 8, (np.arange(8) == n % 8).astype(float), seed=n) for n in range(count)]


def test_signal_that_tells_gets_the_weight_and_none_is_negative() -> None:
    weights = fit([questions(200)])

    assert weights.argmax() == SIGNALS.index(Signal.MEANING)
    assert weights[weights.argmax()] > 3
    assert (weights >= 0).all()


def test_fitted_weights_find_what_they_were_fitted_on() -> None:
    found = [quality for _, quality in found_by(questions(50), fit([questions(50)]))]

    assert all(quality.recall_10 == 100 for quality in found)
    assert sum(quality.ndcg_10 for quality in found) / len(found) > 90


def test_left_out_questions_change_nothing() -> None:
    misleading = [asked(0, np.arange(8), category=category) for category in LEFT_OUT]

    assert fit([questions(50) + misleading]) == pytest.approx(fit([questions(50)]))


def test_every_signal_has_a_weight_that_can_be_fitted() -> None:
    assert set(WEIGHTS) == set(Signal) - set(TERM_WEIGHTS) - {Signal.GRAPH}
    assert all(weight > 0 for weight in WEIGHTS.values())


def test_self_written_facts_are_many_and_each_person_has_their_own() -> None:
    groups = load_groups()

    assert sum(len(group.facts) for group in groups) >= 290
    for group in groups:
        assert len({fact.text for fact in group.facts}) == len(group.facts)
        assert len({fact.question for fact in group.facts}) == len(group.facts)
