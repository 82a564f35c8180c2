"""The recipe of ``search``: gather, fuse, rank; hard filters come before anything is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.ranking import Hit, SearchResult
from holdfast.recall.gather import gather

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.ports import Vector
    from holdfast.recall.fuse import Ranking, Signals
    from holdfast.recall.kit import RecallKit


@dataclass(frozen=True, slots=True)
class Question:
    """What is sought, where, and what may be seen there."""

    text: str
    scope: Scope
    view: View


class _Found(NamedTuple):
    """The best that may be seen, with what they were chosen by, and whether that was all there is."""

    signals: Signals
    ranking: Ranking
    shown: Mapping[int, Memory]
    exhausted: bool


def search(question: Question, *, limit: int, explain: bool, kit: RecallKit) -> SearchResult:
    """The memories that fit the question best, at most ``limit`` of them.

    Looks further while what may not be seen crowds out what may.
    """
    query = kit.embedder.embed_query(question.text)
    breadth = max(limits.SEARCH_BREADTH_MIN, 4 * limit)
    found = _find(question, query, breadth, limit, kit)
    for _ in range(limits.SEARCH_ROUNDS_MAX):
        if len(found.shown) == limit or found.exhausted:
            break
        breadth *= limits.SEARCH_ROUND_GROWTH
        found = _find(question, query, breadth, limit, kit)
    return SearchResult(question.text, tuple(_hits(found, explain=explain)))


def _find(question: Question, query: Vector, breadth: int, limit: int, kit: RecallKit) -> _Found:
    from holdfast.recall.fuse import fuse  # noqa: PLC0415 (numpy: half the time of importing the package)

    signals = gather(question, query, breadth=breadth, kit=kit)
    ranking = fuse(signals)
    shown = kit.store.fetch(question.scope, ranking.keys.tolist(), question.view, limit=limit)
    return _Found(signals, ranking, shown, exhausted=len(ranking) < breadth)


def _hits(found: _Found, *, explain: bool) -> Iterator[Hit]:
    score_of = dict(zip(found.ranking.keys.tolist(), found.ranking.scores.tolist(), strict=True))
    for key, memory in found.shown.items():
        parts = (scores.part(signal, key) for signal, scores in found.signals.items()) if explain else ()
        yield Hit(memory, score_of[key], tuple(parts))
