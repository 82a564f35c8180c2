"""A path is judged by how much of the question its facts cover together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.ports import Holding
from holdfast.recall.paths import STEP, WORDS, Facts, fits, nothing_yet, stepped

DIMENSION = 8


def facts_of(seed: int, size: int, words: int = 3) -> tuple[np.ndarray, Facts]:
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((size + 1, DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = np.arange(1, size + 1)
    holds = chance.random((size, words)) < 0.5
    holding = Holding(keys, holds, np.full(words, 1 / words))
    return vectors[0], Facts(keys, vectors[1:].astype(np.float32), holding)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_fit_is_the_projection_and_the_words_of_all_facts(seed: int, size: int) -> None:
    query, facts = facts_of(seed, size)
    path = nothing_yet(query, 3)
    for key in facts.keys.tolist():
        fit = float(fits(path, facts, facts.places([key]))[0])
        path = stepped(path, facts, key, entity=None, fit=fit)

    basis = np.linalg.qr(facts.vectors.T.astype(np.float64))[0]
    meaning = float(np.linalg.norm(basis.T @ query))
    words = float(facts.holding.holds.any(axis=0) @ facts.holding.told)
    assert path.fit == pytest.approx(meaning + WORDS * words - STEP * (size - 1), abs=1e-4)


def test_same_fact_again_adds_nothing() -> None:
    query, facts = facts_of(1, 1)
    first = stepped(nothing_yet(query, 3), facts, 1, entity=None, fit=0.0)

    again = fits(first, facts, facts.places([1]))

    assert again[0] == pytest.approx(
        fits(nothing_yet(query, 3), facts, facts.places([1]))[0] - STEP, abs=1e-4
    )
    twice = stepped(first, facts, 1, entity="it", fit=0.0)
    assert np.isfinite(twice.left).all()
    assert twice.passed == {"it"}


def test_fact_that_covers_what_is_left_is_better_than_one_that_says_the_same() -> None:
    query = np.array([0.8, 0.6, 0.0])
    vectors = np.array([[1, 0, 0], [0.99, 0.0, 0.141], [0, 1, 0]], np.float32)
    facts = Facts(
        np.array([1, 2, 3]), vectors, Holding(np.array([1, 2, 3]), np.zeros((3, 0), np.bool_), np.zeros(0))
    )
    path = stepped(nothing_yet(query, 0), facts, 1, entity=None, fit=0.8)

    like_it, other = fits(path, facts, facts.places([2, 3]))

    assert vectors[1] @ query > vectors[2] @ query
    assert other > like_it
