"""Scores from plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.ranking import Scores

if TYPE_CHECKING:
    from collections.abc import Mapping


def scores_of(by_key: Mapping[int, float], ceiling: float) -> Scores:
    """A signal's scores, given by key."""
    return Scores(np.array([*by_key], np.int64), np.array([*by_key.values()], np.float64), ceiling)
