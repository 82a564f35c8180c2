"""Brings together the candidates of every signal; hard filters come before anything is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.ranking import Scores, Signal

if TYPE_CHECKING:
    from holdfast.ports import Vector
    from holdfast.recall.kit import RecallKit
    from holdfast.recall.search import Question

Signals = Mapping[Signal, Scores]


def gather(question: Question, *, wanted: int, kit: RecallKit) -> Signals:
    """The scores of every signal for the candidates that the question may see."""
    words = kit.words.search(
        question.scope, question.text, question.view, limit=max(limits.WORD_CANDIDATES_MAX, wanted)
    )
    meaning = _gather_by_meaning(question, words, wanted=wanted, kit=kit)
    return {**meaning, **words}


@dataclass(frozen=True, slots=True)
class _Nearest:
    """The nearest that may be seen; how many only meaning found, how many of those were hidden, and whether
    there are no more.
    """

    signals: Signals
    found: int
    hidden: int
    exhausted: bool

    def suffices(self, wanted: int) -> bool:
        return self.hidden == 0 or self.found >= wanted or self.exhausted


def _gather_by_meaning(question: Question, words: Signals, *, wanted: int, kit: RecallKit) -> Signals:
    """The nearest that may be seen. Looks further while what may not be seen crowds them out."""
    query = kit.embedder.embed_query(question.text)
    found_by_words = _keys(words)
    limit = max(limits.VECTOR_CANDIDATES_MIN, 4 * wanted)
    nearest = _nearest(question, query, limit, found_by_words, kit)
    for _ in range(limits.VECTOR_ROUNDS_MAX):
        if nearest.suffices(wanted):
            break
        limit *= limits.VECTOR_ROUND_GROWTH
        nearest = _nearest(question, query, limit, found_by_words, kit)
    return nearest.signals


def _nearest(question: Question, query: Vector, limit: int, also: set[int], kit: RecallKit) -> _Nearest:
    signals = kit.vectors.search(question.scope, query, limit=limit, also=sorted(also))
    keys = _keys(signals)
    unseen = sorted(keys - also)  # the word index has looked at the view already
    visible = kit.store.visible(question.scope, unseen, question.view)
    shown = {signal: _only(scores, visible | also) for signal, scores in signals.items()}
    return _Nearest(shown, found=len(visible), hidden=len(unseen) - len(visible), exhausted=len(keys) < limit)


def _keys(signals: Signals) -> set[int]:
    return {key for scores in signals.values() for key in scores.by_key}


def _only(scores: Scores, keys: set[int]) -> Scores:
    return replace(scores, by_key={key: score for key, score in scores.by_key.items() if key in keys})
