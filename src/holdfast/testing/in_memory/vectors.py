"""Exact search by meaning, straight from the definition."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.ranking import Scores, Signal
from holdfast.testing.in_memory.scores import scores_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy.typing as npt

    from holdfast.domain.scope import Scope
    from holdfast.ports import Vector, Vectors
    from holdfast.testing.in_memory.data import Access, Held

BEFORE_WEIGHT = 0.5
SECOND_BEFORE_WEIGHT = 0.3

_CLOSEST = 1.0


class InMemoryVectorIndex:
    """``VectorIndex`` that scores every memory of the scope."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def search(
        self, scope: Scope, query: Vector, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        with self._access.use() as data:
            data.require_embedder(self._access.identity)
            held = data.inside(scope)
        if not held:
            nothing = scores_of({}, _CLOSEST)
            return {Signal.MEANING: nothing, Signal.MEANING_WINDOW: nothing}
        keys = [item.key for item in held]
        turns = _score(keys, np.stack([item.vector for item in held]), query)
        windows = _score(keys, _windows(held), query)
        chosen = (
            _best(turns, limit)
            | _best(windows, limit)
            | (set(np.asarray(also, np.int64).tolist()) & set(keys))
        )
        return {
            Signal.MEANING: _scores(turns, chosen),
            Signal.MEANING_WINDOW: _scores(windows, chosen),
        }

    def of(self, scope: Scope, keys: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], Vectors]:
        wanted = set(np.asarray(keys, np.int64).tolist())
        with self._access.use() as data:
            held = [item for item in data.inside(scope) if item.key in wanted]
        found = np.array([item.key for item in held], np.int64)
        dimension = self._access.identity.dimension
        return found, np.array([item.vector for item in held], np.float32).reshape(len(held), dimension)


def _windows(held: Sequence[Held]) -> Vectors:
    """For each memory the unit sum of its vector and those of the two undeleted turns before it."""
    earlier: dict[Hashable, deque[Vector]] = {}
    return np.stack([_window(item, earlier) for item in held])


def _window(item: Held, earlier: dict[Hashable, deque[Vector]]) -> Vector:
    before = earlier.setdefault(item.thread, deque(maxlen=2))
    total = item.vector.astype(np.float32)
    weights = () if item.is_derived else (BEFORE_WEIGHT, SECOND_BEFORE_WEIGHT)
    for vector, weight in zip(reversed(before), weights, strict=False):
        total = total + weight * vector
    if not item.is_passed_over:
        before.append(item.vector)
    unit: Vector = (total / max(float(np.linalg.norm(total)), 1e-3)).astype(np.float32)
    return unit


def _score(keys: Sequence[int], vectors: Vectors, query: Vector) -> dict[int, float]:
    return dict(zip(keys, (vectors @ query).tolist(), strict=True))


def _best(scores: Mapping[int, float], limit: int) -> set[int]:
    return set(sorted(scores, key=lambda key: -scores[key])[:limit])


def _scores(scores: Mapping[int, float], chosen: set[int]) -> Scores:
    by_key = {key: score for key, score in scores.items() if key in chosen}
    return scores_of(by_key, _CLOSEST)
