"""What counts a little beside the fit: feedback, importance, trust and freshness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.domain.memory import DEFAULT_IMPORTANCE
from holdfast.domain.ranking import Signal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from holdfast.domain.ranking import Floats
    from holdfast.ports import TurnTable

_MICROSECONDS_A_DAY = 86_400_000_000


def terms_of(table: TurnTable, now: datetime, *, of_past: bool) -> Mapping[Signal, Floats]:
    """The terms of some memories, each of the shape (memories,), in the ranges of ``TERM_WEIGHTS``.

    Freshness falls with the days since the last use, as one over the root of (1 + days): the need for a thing
    falls with the time since it was last needed by such a power (Anderson and Schooler, Reflections of the
    Environment in Memory, 1991). It counts whole days of UTC, so that a ranking stays the same for a day.
    """
    return {
        Signal.FEEDBACK: table.feedback,
        Signal.IMPORTANCE: (table.importance - DEFAULT_IMPORTANCE)
        / max(DEFAULT_IMPORTANCE, 1 - DEFAULT_IMPORTANCE),
        Signal.TRUST: table.trust - 1.0,
        Signal.RECENCY: 1.0 / np.sqrt(1.0 + _days_since(table, now)),
        Signal.OUTDATED: np.zeros(len(table.keys)) if of_past else -table.outdated,
    }


def _days_since(table: TurnTable, now: datetime) -> Floats:
    today = int(now.timestamp()) // 86_400
    return np.maximum(today - table.last_use // _MICROSECONDS_A_DAY, 0)
