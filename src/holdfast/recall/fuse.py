"""Joins the signals into one score for each memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.ranking import (
    FEW,
    FITTING,
    FOREIGN_MEANING,
    RANK_OFFSET,
    RANK_WEIGHTS,
    TERM_WEIGHTS,
    TOTAL_WEIGHT,
    WEIGHTS,
    Part,
    Scores,
    Signal,
)
from holdfast.recall.signals import RESCORING, Sight
from holdfast.recall.terms import terms_of

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from holdfast.domain.ranking import Floats, Keys
    from holdfast.ports import TurnTable
    from holdfast.recall.interpret import Interpretation

_OF_TURN = {Signal.MEANING: Signal.MEANING_WINDOW, Signal.WORDS: Signal.WORDS_WINDOW}
"""What a turn's signal is of a window."""

_OF_MEANING = (Signal.MEANING, Signal.MEANING_WINDOW)

_NO_CANDIDATE = -1

_FITTING_WEIGHT = sum(WEIGHTS[signal] for signal in FITTING)


_WEIGHTS = {**WEIGHTS, **TERM_WEIGHTS}

_SUM_WEIGHTS = np.array([*_WEIGHTS.values()])

_RANK_WEIGHTS = {
    signal: weight * TOTAL_WEIGHT / sum(RANK_WEIGHTS.values()) for signal, weight in RANK_WEIGHTS.items()
}
"""The same on the scale of the sum, so that what each gives to a score is reckoned alike."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The keys of memories with their scores, best first, and what the scores are made of.

    ``columns`` holds each signal from 0 to 1 (feedback from -1) and ``raw`` as it was found, of the
    candidates in the order of their keys; ``order`` are their places, best first.
    """

    keys: Keys
    scores: Floats
    order: npt.NDArray[np.intp]
    columns: Mapping[Signal, Floats]
    raw: Mapping[Signal, Floats]
    weights: Mapping[Signal, float]

    def __len__(self) -> int:
        return len(self.keys)

    def reordered(self, keys: Keys, scores: Floats) -> Ranking:
        """These memories in this order, with what is known of those that were candidates."""
        place_of = dict(zip(self.keys.tolist(), self.order.tolist(), strict=True))
        order = np.array([place_of.get(key, _NO_CANDIDATE) for key in keys.tolist()], np.intp)
        return replace(self, keys=keys, scores=scores, order=order)

    def parts(self, rank: int) -> tuple[Part, ...]:
        """What each signal gave to the memory of that rank, counted from 0; nothing, if a chain led to it."""
        if self.order[rank] == _NO_CANDIDATE:
            return ()
        return tuple(self._part(signal, int(self.order[rank])) for signal in self.columns)

    def _part(self, signal: Signal, place: int) -> Part:
        column = self.columns[signal]
        own = float(column[place])
        rank = 1 + int((column > own).sum()) if own > 0 else None
        raw = self.raw.get(signal, column)
        return Part(signal, float(raw[place]), own, self.weights[signal], rank)


def fuse(
    found: Mapping[Signal, Scores], table: TurnTable, asked: Interpretation, *, now: datetime
) -> Ranking:
    """The weighted sum of all signals for every memory of the table, from 0 to 1, and the little of terms.

    A cosine counts as it is: it says the same in a small scope as in a large one. Lexical scores are divided
    by the most that the query could score: min-max would make a 1.0 of the best of a bad list. Where one
    voice speaks alone, in a list of notes, what stands before says nothing: there the window is the turn
    itself. Of equals the newer comes first.
    """
    raw = {signal: _spread(found[signal], table.keys) for signal in FITTING}
    matrix = np.empty((len(_WEIGHTS), len(table.keys)))
    columns = dict(zip(_WEIGHTS, matrix, strict=True))
    _fill_fitting(columns, raw, found, table, is_foreign=asked.is_foreign)
    columns[Signal.NAMES][:] = _names(found[Signal.NAMES], table)
    sight = Sight(asked, table, _weighted(matrix[: len(FITTING)]) / _FITTING_WEIGHT)
    for signal, score in RESCORING.items():
        columns[signal][:] = score(sight)
    for signal, term in terms_of(table, now, of_past=asked.is_of_past).items():
        columns[signal][:] = term
    scores = _weighted(matrix) / TOTAL_WEIGHT
    best_first = _best_first(scores)
    return Ranking(table.keys[best_first], scores[best_first], best_first, columns, raw, _WEIGHTS)


def _names(names: Scores, table: TurnTable) -> Floats:
    """The share of the names in the question that a note or a fact holds; a talk is about those who talk."""
    if not len(names.keys):
        return np.zeros(len(table.keys))
    return _spread(names, table.keys) * ~table.in_talk / (names.ceiling or 1.0)


def _fill_fitting(
    columns: Mapping[Signal, Floats],
    raw: Mapping[Signal, Floats],
    found: Mapping[Signal, Scores],
    table: TurnTable,
    *,
    is_foreign: bool,
) -> None:
    trusted = FOREIGN_MEANING if is_foreign else 1.0
    known = table.inside / (table.inside + FEW)  # how far a scope of that size can tell what is rare
    for turn, window in _OF_TURN.items():
        for signal in (turn, window):
            most, counts = (1.0, trusted) if signal in _OF_MEANING else (found[signal].ceiling or 1.0, known)
            share = np.minimum(raw[signal] / most, 1.0)  # np.clip takes three times as long
            np.multiply(np.maximum(share, 0.0), counts, out=columns[signal])
        np.copyto(columns[window], columns[turn], where=~table.in_talk)


def _best_first(scores: Floats) -> npt.NDArray[np.intp]:
    """The places of the scores, the highest first; of equals the last, whose key is the newest."""
    return len(scores) - 1 - np.argsort(-scores[::-1], kind="stable")


def fuse_ranks(found: Mapping[Signal, Scores], table: TurnTable) -> Ranking:
    """Reciprocal rank fusion: the weighted sum of 1 / (60 + rank) over the lists, on a scale from 0 to 1.

    For engines that give ranks and no scores that could be compared; with scores the weighted sum finds more.
    """
    raw = {signal: _spread(found[signal], table.keys) for signal in FITTING}
    columns = {signal: _by_rank(found[signal], table.keys) for signal in FITTING}
    total = sum(_RANK_WEIGHTS[signal] * column for signal, column in columns.items())
    scores = np.asarray(total, np.float64) / TOTAL_WEIGHT
    best_first = _best_first(scores)
    return Ranking(table.keys[best_first], scores[best_first], best_first, columns, raw, _RANK_WEIGHTS)


def _by_rank(scores: Scores, keys: Keys) -> Floats:
    """1 for the first of a list, falling with the rank; equals share a rank, and what is not listed has 0."""
    ranks = len(scores.values) - np.sort(scores.values).searchsorted(scores.values, "right")
    by_rank = Scores(scores.keys, (RANK_OFFSET + 1) / (RANK_OFFSET + 1 + ranks), 1.0)
    return _spread(by_rank, keys)


def _weighted(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The weighted sum of the first signals; BLAS may round equals apart."""
    total: npt.NDArray[np.float64] = np.einsum("s,sm->m", _SUM_WEIGHTS[: len(columns)], columns)
    return total


def _spread(scores: Scores, keys: Keys) -> Floats:
    """The scores of these memories; 0 for those that the signal does not know."""
    if np.array_equal(scores.keys, keys):
        return scores.values.astype(np.float64)
    values = np.zeros(len(keys))
    if len(scores.keys) and len(keys):
        place = keys.searchsorted(scores.keys).clip(max=len(keys) - 1)
        known = keys[place] == scores.keys
        values[place[known]] = scores.values[known]
    return values
