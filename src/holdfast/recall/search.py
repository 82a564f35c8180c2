"""The recipe of ``search``: gather, fuse, rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.domain.ranking import Hit, SearchResult, fuse, parts_of, rank
from holdfast.recall.gather import gather

if TYPE_CHECKING:
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.recall.kit import RecallKit


@dataclass(frozen=True, slots=True)
class Question:
    """What is sought, where, and what may be seen there."""

    text: str
    scope: Scope
    view: View


def search(question: Question, *, limit: int, explain: bool, kit: RecallKit) -> SearchResult:
    """The memories that fit the question best, at most ``limit`` of them."""
    signals = gather(question, wanted=limit, kit=kit)
    scores = fuse(signals)
    best = rank(scores)[:limit]
    memories = kit.store.fetch(question.scope, best)
    hits = tuple(
        Hit(memories[key], scores[key], parts_of(key, signals) if explain else ())
        for key in best
        if key in memories
    )
    return SearchResult(question.text, hits)
