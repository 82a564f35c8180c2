"""Brings together the candidates of every signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.ranking import Signal

if TYPE_CHECKING:
    from holdfast.ports import Vector
    from holdfast.recall.fuse import Signals
    from holdfast.recall.kit import RecallKit
    from holdfast.recall.search import Question


def gather(question: Question, query: Vector, *, breadth: int, kit: RecallKit) -> Signals:
    """The scores of every signal, for the ``breadth`` best of each."""
    words = kit.words.search(question.scope, question.text, limit=breadth)
    found_by_words = words[Signal.WORDS_WINDOW].keys
    meaning = kit.vectors.search(question.scope, query, limit=breadth, also=found_by_words)
    return {**meaning, **words}
