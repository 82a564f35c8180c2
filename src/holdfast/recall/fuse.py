"""Joins the signals into one score for each memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.ranking import TOTAL_WEIGHT, WEIGHTS, Scores, Signal

if TYPE_CHECKING:
    from holdfast.domain.ranking import Floats, Keys

Signals = Mapping[Signal, Scores]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The keys of memories with their scores, best first."""

    keys: Keys
    scores: Floats

    def __len__(self) -> int:
        return len(self.keys)


def fuse(signals: Signals) -> Ranking:
    """The weighted sum of the normalised signals for every memory that any of them knows, from 0 to 1.

    Vector scores are normalised between the worst and the best of the scope. Lexical scores are divided
    by the most that the query could score, because min-max would make a 1.0 of the best of a bad list.
    Of equals the newer comes first.
    """
    keys = _distinct(np.concatenate([scores.keys for scores in signals.values()]))
    fused = np.zeros(len(keys))
    for signal, scores in signals.items():
        fused[keys.searchsorted(scores.keys)] += WEIGHTS[signal] / TOTAL_WEIGHT * scores.scaled
    best_first = np.lexsort((-keys, -fused))
    return Ranking(keys[best_first], fused[best_first])


def _distinct(keys: Keys) -> Keys:
    """The keys in order, each once. ``np.unique`` takes three times as long for a few hundred."""
    ordered = np.sort(keys)
    firsts = np.ones(len(ordered), np.bool_)
    firsts[1:] = ordered[1:] != ordered[:-1]
    return ordered[firsts]
