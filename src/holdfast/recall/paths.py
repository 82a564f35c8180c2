"""Paths from fact to fact, and how much of a question the facts of a path cover together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from holdfast.domain.ranking import Keys
    from holdfast.ports import Holding, Vector, Vectors

    Floats = npt.NDArray[np.float64]

WORDS = 0.6
"""What the words of the question that a path holds count for beside its meaning."""

STEP = 0.05
"""What each step costs: a longer path has to cover more to be better."""

_NEARLY_NONE = 1e-6


class Path(NamedTuple):
    """Facts, each led to by the one before.

    Attributes:
        facts: their keys, in order.
        passed: the entities that led from one to the next, the first one's own included.
        entity: that by which the last one was come to; None for one that was found by itself.
        fit: how much of the question the facts cover together.
        basis: the directions of their vectors, orthonormal: shape (facts, dimension).
        left: what no fact covers of the question's vector: shape (dimension,).
        held: the words of the question that one of them holds: shape (words,).
    """

    facts: tuple[int, ...]
    passed: frozenset[str]
    entity: str | None
    fit: float
    basis: Floats
    left: Floats
    held: npt.NDArray[np.bool_]


class Facts(NamedTuple):
    """What paths are judged by: the vectors of some facts, and the words of the question in each."""

    keys: Keys
    vectors: Vectors
    holding: Holding

    def places(self, keys: Sequence[int]) -> npt.NDArray[np.intp]:
        """Where these facts stand."""
        return self.keys.searchsorted(np.array(keys, np.int64))


def nothing_yet(query: Vector, words: int) -> Path:
    """A path without a fact."""
    dimension = len(query)
    return Path(
        (),
        frozenset(),
        None,
        0.0,
        np.empty((0, dimension)),
        np.asarray(query, np.float64),
        np.zeros(words, np.bool_),
    )


def fits(path: Path, facts: Facts, places: npt.NDArray[np.intp]) -> Floats:
    """How much of the question the path would cover with each of some facts behind it: shape (facts,).

    Of its meaning that is the length of the query's projection on the vectors of the path, found step by step
    as matching pursuit finds it (Pati, Rezaiifar and Krishnaprasad, Orthogonal Matching Pursuit, 1993): a
    fact is judged by what the ones before it leave open, so that the question's end is not lost to names
    in its beginning. Of its words it is the share of information that any of its facts holds.
    """
    vectors = facts.vectors[places].astype(np.float64)
    inside = vectors @ path.basis.T
    own = np.maximum(1.0 - (inside**2).sum(axis=1), _NEARLY_NONE)
    added = (vectors @ path.left) ** 2 / own
    covered = 1.0 - float(path.left @ path.left)
    words = (facts.holding.holds[places] | path.held) @ facts.holding.told
    fit: Floats = np.sqrt(np.maximum(covered + added, 0.0)) + WORDS * words - STEP * len(path.facts)
    return fit


def stepped(path: Path, facts: Facts, key: int, *, entity: str | None, fit: float) -> Path:
    """The path with one more fact, which an entity led to."""
    place = int(facts.places([key])[0])
    vector = facts.vectors[place].astype(np.float64)
    own = vector - (path.basis @ vector) @ path.basis
    length = float(np.linalg.norm(own))
    direction = own / length if length > _NEARLY_NONE else np.zeros_like(own)
    return Path(
        (*path.facts, key),
        path.passed if entity is None else path.passed | {entity},
        entity,
        fit,
        np.concatenate([path.basis, direction[np.newaxis]]),
        path.left - (direction @ path.left) * direction,
        path.held | facts.holding.holds[place],
    )
