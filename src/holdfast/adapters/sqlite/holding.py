"""Which words of a query some memories hold, and how much each of the words tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.sqlite.postings import find
from holdfast.domain.information import information_of
from holdfast.ports import Holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.adapters.sqlite.home import Keys
    from holdfast.adapters.sqlite.homes import Reached


def holding(reached: Sequence[Reached], terms: Sequence[int], keys: Keys) -> Holding:
    """Of those of the memories that lie inside; ``keys`` ascend."""
    counts = np.zeros(len(terms), np.int64)
    parts: list[tuple[Keys, np.ndarray[tuple[int, int], np.dtype[np.bool_]]]] = []
    for each in reached:
        rows = each.rows_of(keys)
        holds = np.zeros((len(rows), len(terms)), np.bool_)
        for n, found in enumerate(find(each.home.runs, terms)):
            counts[n] += each.count_inside(found.rows)
            holds[:, n] = np.isin(rows, found.rows)
        parts.append((each.home.keys[rows], holds))
    total = sum(each.size for each in reached)
    told = np.array([information_of(count, total) if count else 0.0 for count in counts.tolist()])
    own = np.concatenate([found for found, _ in parts]) if parts else np.empty(0, np.int64)
    marks = np.concatenate([mark for _, mark in parts]) if parts else np.empty((0, len(terms)), np.bool_)
    ascending = np.argsort(own)
    return Holding(own[ascending], marks[ascending], told / (float(told.sum()) or 1.0))
