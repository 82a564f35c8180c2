"""Brings together the candidates of every signal that can find one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.domain.ranking import Signal
from holdfast.domain.timewords import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from holdfast.domain.ranking import Keys, Scores
    from holdfast.domain.scope import Scope
    from holdfast.domain.timewords import Span
    from holdfast.domain.window import Window
    from holdfast.ports import TurnTable, Vector
    from holdfast.recall.interpret import Interpretation
    from holdfast.recall.kit import RecallKit


_NONE = np.empty(0, np.int64)


class Gathered(NamedTuple):
    """The candidates: what was found of them by meaning and by words, and what is known of each.

    ``looked_at`` is how many the indexes brought in.
    """

    found: Mapping[Signal, Scores]
    table: TurnTable
    looked_at: int


class Sought(NamedTuple):
    """A question in the forms in which it is looked up."""

    text: str
    vector: Vector
    asked: Interpretation


def gather(sought: Sought, scope: Scope, *, breadth: int, kit: RecallKit, also: Keys = _NONE) -> Gathered:
    """The ``breadth`` best by the words, by meaning, and by the times that the question names.

    And ``also`` the memories with these keys, with the scores that they have.
    """
    words = kit.words.search(scope, sought.text, limit=breadth, also=also)
    keys = [words[Signal.WORDS_WINDOW].keys, also]
    spans = [*sought.asked.spans, *_narrow(sought.asked.windows)]
    if spans:
        keys.append(kit.turns.said_during(scope, spans, limit=breadth))
    meaning = kit.vectors.search(scope, sought.vector, limit=breadth, also=np.concatenate(keys))
    found = {**meaning, **words}
    every = _distinct(np.concatenate([*keys, meaning[Signal.MEANING].keys]))
    return Gathered(found, kit.turns.describe(scope, every), len(every))


def _narrow(windows: Sequence[Window]) -> Iterator[Span]:
    """The windows that few memories lie in; what was said in half of a life is no candidate by that alone."""
    for window in windows:
        if window.end - window.start <= limits.ANCHOR_DAYS_MAX * DAY:
            yield window.span


def _distinct(keys: Keys) -> Keys:
    """The keys in order, each once. ``np.unique`` takes three times as long for a few hundred."""
    ordered = np.sort(keys)
    firsts = np.ones(len(ordered), np.bool_)
    firsts[1:] = ordered[1:] != ordered[:-1]
    return ordered[firsts]
