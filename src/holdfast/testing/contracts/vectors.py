"""The contract of ``VectorIndex``: exact, inside the scope, and up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from holdfast import limits
from holdfast.domain.ranking import Scores, Signal
from holdfast.domain.scope import Scope
from holdfast.errors import BackendRejected
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, memories_of, refused
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB
from holdfast.testing.embedder import HashingEmbedder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.ports import Backend, Vector, Vectors

BLOCK = limits.VECTOR_BLOCK_ROWS
TOLERANCE = 2e-3
"""A store may keep half precision."""

SESSION = Scope.of(user_id="ana", session_id="s1")


class VectorIndexContract(BackendContract):
    """What every ``VectorIndex`` finds."""

    @pytest.mark.parametrize("size", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 88])
    @pytest.mark.parametrize("scope", [ANA, SESSION], ids=str)
    def test_nearest_are_exactly_those_of_brute_force(
        self, backend: Backend, scribe: Scribe, size: int, scope: Scope
    ) -> None:
        vectors = unit_vectors(size, seed=size)
        scribe.remember(*(f"message {n}" for n in range(size)), scope=scope, vectors=list(vectors))
        scribe.remember("of somebody else", scope=BOB, vectors=[unit_vectors(1, seed=99)[0]])
        query = unit_vectors(1, seed=7)[0]

        found = backend.vectors.search(scope, query, limit=20)

        order = numbers_by_key(backend, scope, found)
        assert_exact(found[Signal.MEANING], vectors @ query, order, limit=20)
        assert_exact(found[Signal.MEANING_WINDOW], windows(vectors) @ query, order, limit=20)

    def test_nearest_are_exact_after_every_write(self, backend: Backend, scribe: Scribe) -> None:
        """Across the first block boundary and the next, as one store grows under searches."""
        query = unit_vectors(1, seed=7)[0]
        vectors = unit_vectors(0, seed=0)
        for size in (1, BLOCK - 2, 1, 1, BLOCK - 1, 3, 2 * BLOCK):
            grown = unit_vectors(size, seed=len(vectors) + 1)
            names = [f"message {len(vectors) + n}" for n in range(size)]
            scribe.remember(*names, scope=SESSION, vectors=list(grown))
            vectors = np.concatenate([vectors, grown])

            found = backend.vectors.search(SESSION, query, limit=10)

            order = numbers_by_key(backend, SESSION, found)
            assert_exact(found[Signal.MEANING], vectors @ query, order, limit=10)
            assert_exact(found[Signal.MEANING_WINDOW], windows(vectors) @ query, order, limit=10)

    @pytest.mark.parametrize("size", [3, BLOCK + 3])
    @pytest.mark.parametrize("place_in_scope", [0, -1])
    def test_changed_text_has_its_new_vector_in_place_of_the_old(
        self, backend: Backend, scribe: Scribe, size: int, place_in_scope: int
    ) -> None:
        vectors = unit_vectors(size, seed=3)
        memories = scribe.remember(*(f"message {n}" for n in range(size)), vectors=list(vectors))
        backend.vectors.search(ANA, vectors[0], limit=1)

        changed = scribe.revise(memories[place_in_scope], text="something else entirely")

        vectors[place_in_scope] = scribe.embed(changed)
        for query in (scribe.embed(changed), unit_vectors(1, seed=5)[0]):
            found = backend.vectors.search(ANA, query, limit=10)
            order = numbers_by_key(backend, ANA, found)
            assert_exact(found[Signal.MEANING], vectors @ query, order, limit=10)
            assert_exact(found[Signal.MEANING_WINDOW], windows(vectors) @ query, order, limit=10)

    def test_window_is_the_turn_and_the_two_before_it_in_its_session(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        vectors = unit_vectors(4, seed=1)
        for n, vector in enumerate(vectors):
            scribe.remember(f"turn {n}", scope=SESSION, vectors=[vector])
            scribe.remember(f"elsewhere {n}", scope=Scope.of(user_id="ana", session_id="s2"))
            scribe.remember(f"nowhere {n}", scope=ANA)
        query = unit_vectors(1, seed=7)[0]

        found = backend.vectors.search(SESSION, query, limit=10)

        order = numbers_by_key(backend, SESSION, found)
        assert_exact(found[Signal.MEANING_WINDOW], windows(vectors) @ query, order, limit=10)

    def test_window_without_a_session_stays_in_its_episode(self, backend: Backend, scribe: Scribe) -> None:
        vectors = unit_vectors(4, seed=1)
        scribe.remember("a", "b", vectors=list(vectors[:2]))
        scribe.remember("c", "d", vectors=list(vectors[2:]))
        query = unit_vectors(1, seed=7)[0]

        found = backend.vectors.search(ANA, query, limit=10)

        expected = np.concatenate([windows(vectors[:2]), windows(vectors[2:])]) @ query
        assert_exact(found[Signal.MEANING_WINDOW], expected, numbers_by_key(backend, ANA, found), limit=10)

    def test_sessions_of_the_same_name_share_no_window(self, backend: Backend, scribe: Scribe) -> None:
        vectors = unit_vectors(4, seed=1)
        owners = [Scope.of(user_id=name, session_id="s1") for name in ("ana", "bob", "ana", "bob")]
        for n, (vector, scope) in enumerate(zip(vectors, owners, strict=True)):
            scribe.remember(f"turn {n}", scope=scope, vectors=[vector])
        query = unit_vectors(1, seed=7)[0]
        everyone = Scope.of(session_id="s1")

        found = backend.vectors.search(everyone, query, limit=10)

        expected = np.empty(4, np.float32)
        expected[::2], expected[1::2] = windows(vectors[::2]) @ query, windows(vectors[1::2]) @ query
        order = numbers_by_key(backend, everyone, found)
        assert_exact(found[Signal.MEANING_WINDOW], expected, order, limit=10)

    def test_what_is_asked_for_beside_the_nearest_is_scored_too(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        vectors = unit_vectors(50, seed=2)
        scribe.remember(*(f"message {n}" for n in range(50)), vectors=list(vectors))
        scribe.remember("of somebody else", scope=BOB)
        query = vectors[0]
        everything = backend.vectors.search(ANA, query, limit=100)[Signal.MEANING].by_key
        far = sorted(everything, key=lambda key: everything[key])[:3]
        (foreign,) = backend.vectors.search(BOB, query, limit=1)[Signal.MEANING].by_key

        found = backend.vectors.search(ANA, query, limit=1, also=[*far, foreign, 10**9])

        for scores in found.values():
            assert set(far) <= scores.by_key.keys()
            assert not {foreign, 10**9} & scores.by_key.keys()
            assert len(scores.by_key) <= 2 + len(far)

    def test_both_signals_score_the_same_memories(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(50)), vectors=list(unit_vectors(50, seed=4)))

        turn, window = backend.vectors.search(ANA, unit_vectors(1, seed=7)[0], limit=5).values()

        assert turn.by_key.keys() == window.by_key.keys()
        assert 5 <= len(turn.by_key) <= 10

    def test_scores_are_cosines_and_count_as_such(self, backend: Backend, scribe: Scribe) -> None:
        vectors = unit_vectors(50, seed=4)
        scribe.remember(*(f"message {n}" for n in range(50)), vectors=list(vectors))
        query = unit_vectors(1, seed=7)[0]

        turn, window = backend.vectors.search(ANA, query, limit=50).values()

        for scores, expected in ((turn, vectors @ query), (window, windows(vectors) @ query)):
            assert scores.ceiling == 1
            assert list(scores.by_key.values()) == pytest.approx(expected.tolist(), abs=TOLERANCE)

    @pytest.mark.parametrize("scope", [ANA, Scope.of(session_id="s9"), Scope("nowhere")], ids=str)
    def test_nothing_is_found_where_nothing_is(self, backend: Backend, scribe: Scribe, scope: Scope) -> None:
        query = EMBEDDER.embed_query("hello")
        empty = backend.vectors.search(scope, query, limit=5, also=[1, 2])
        scribe.remember("of somebody else", scope=BOB)

        for found in (empty, backend.vectors.search(scope, query, limit=5, also=[1, 2])):
            assert set(found) == {Signal.MEANING, Signal.MEANING_WINDOW}
            assert all(scores.by_key == {} for scores in found.values())

    def test_index_of_another_embedder_is_refused(self, place: Place, scribe: Scribe) -> None:
        scribe.remember("hello")
        other = HashingEmbedder(revision="2")

        with refused(BackendRejected, "embedder_mismatch"):
            place(other.identity).vectors.search(ANA, other.embed_query("hello"), limit=1)

    def test_vectors_are_given_of_what_lies_inside_the_scope(self, backend: Backend, scribe: Scribe) -> None:
        vectors = unit_vectors(3, seed=11)
        mine = scribe.remember("one", "two", scope=SESSION, vectors=list(vectors[:2]))
        scribe.remember("elsewhere", vectors=[vectors[2]])
        every = np.arange(1_000)

        keys, found = backend.vectors.of(SESSION, every[::-1])

        assert keys.tolist() == sorted(backend.store.key_of(ANA, memory.id) for memory in mine)
        assert found == pytest.approx(vectors[:2], abs=TOLERANCE)
        assert len(backend.vectors.of(ANA, np.concatenate([every, every]))[0]) == 3
        nobody, nothing = backend.vectors.of(BOB, every)
        assert (nobody.shape, nothing.shape) == ((0,), (0, EMBEDDER.identity.dimension))


def unit_vectors(size: int, *, seed: int) -> Vectors:
    """Random directions that half precision holds exactly."""
    chance = np.random.default_rng(seed).standard_normal((size, EMBEDDER.identity.dimension))
    lengths = np.linalg.norm(chance, axis=1, keepdims=True)
    exact: Vectors = (chance / lengths).astype(np.float16).astype(np.float32)
    return exact


def windows(vectors: Vectors) -> Vectors:
    """The unit sums of each turn with half of the one before it and three tenths of the one before that."""
    total = vectors.copy()
    total[1:] += np.float32(0.5) * vectors[:-1]
    total[2:] += np.float32(0.3) * vectors[:-2]
    unit: Vectors = total / np.linalg.norm(total, axis=1, keepdims=True)
    return unit


def numbers_by_key(backend: Backend, scope: Scope, found: Mapping[Signal, Scores]) -> dict[int, int]:
    """Which of the memories of a scope, in the order of their writing, a key belongs to."""
    every = backend.vectors.search(scope, EMBEDDER.embed_query("any"), limit=10_000)[Signal.MEANING]
    memories = memories_of(backend, every.by_key, scope)
    ordered = sorted(memories, key=lambda key: memories[key].id)
    assert found[Signal.MEANING].by_key.keys() <= set(ordered)
    return {key: number for number, key in enumerate(ordered)}


def assert_exact(scores: Scores, expected: Vector, order: Mapping[int, int], *, limit: int) -> None:
    """The scores are right, and no memory that is missing is nearer than the ``limit`` nearest."""
    found = {order[key]: score for key, score in scores.by_key.items()}
    assert len(found) >= min(limit, len(expected))
    for number, score in found.items():
        assert score == pytest.approx(float(expected[number]), abs=TOLERANCE)
    least = np.sort(expected)[::-1][:limit][-1]
    missing: Sequence[int] = [number for number in range(len(expected)) if number not in found]
    assert all(expected[number] <= least + TOLERANCE for number in missing)
