"""Exact search by meaning inside a scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.sqlite.home import marked, turn_scores, window_scores
from holdfast.adapters.sqlite.homes import join
from holdfast.domain.ranking import Scores, Signal

if TYPE_CHECKING:
    import numpy.typing as npt

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.home import Floats
    from holdfast.adapters.sqlite.homes import Homes
    from holdfast.domain.scope import Scope
    from holdfast.ports import Vector, Vectors

_CLOSEST = 1.0
_NOTHING = Scores(np.empty(0, np.int64), np.empty(0), _CLOSEST)


class SqliteVectorIndex:
    """``VectorIndex`` that scores every memory of the scope, from the homes in memory."""

    def __init__(self, database: Database, homes: Homes) -> None:
        self._database = database
        self._homes = homes

    def search(
        self, scope: Scope, query: Vector, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        """The nearest memories of the scope by the message and by its window."""
        reached = self._homes.reached_in(self._database, scope)
        if not reached:
            return {Signal.MEANING: _NOTHING, Signal.MEANING_WINDOW: _NOTHING}
        turns = [turn_scores(each.home, query) for each in reached]
        windows = [window_scores(each.home, scores) for each, scores in zip(reached, turns, strict=True)]
        keys = join(reached, (each.home.keys for each in reached))
        by_turn, by_window = join(reached, turns), join(reached, windows)
        wanted = np.asarray(also, np.int64)
        chosen = join(reached, (marked(each.home, wanted) for each in reached))
        chosen[_best(by_turn, limit)] = True
        chosen[_best(by_window, limit)] = True
        places = np.flatnonzero(chosen)
        found = keys[places]
        return {
            Signal.MEANING: Scores(found, by_turn[places], _CLOSEST),
            Signal.MEANING_WINDOW: Scores(found, by_window[places], _CLOSEST),
        }

    def of(self, scope: Scope, keys: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The vectors of memories of the scope."""
        wanted = np.unique(np.asarray(keys, np.int64))
        reached = self._homes.reached_in(self._database, scope)
        if not reached:
            return np.empty(0, np.int64), np.empty((0, self._homes.dimension), np.float32)
        rows = [each.rows_of(wanted) for each in reached]
        own = np.concatenate([each.home.keys[of] for each, of in zip(reached, rows, strict=True)])
        vectors = np.concatenate([each.home.vectors[of] for each, of in zip(reached, rows, strict=True)])
        ascending = np.argsort(own)
        return own[ascending], vectors[ascending]


def _best(scores: Floats, limit: int) -> npt.NDArray[np.intp]:
    """The places of the ``limit`` best."""
    return np.argpartition(scores, max(0, len(scores) - limit))[-limit:]
