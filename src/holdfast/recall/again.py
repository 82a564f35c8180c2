"""The recipe of a search that was made before: its result, for as long as it is still the true one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.ports import KeptResult
from holdfast.recall.interpret import interpret
from holdfast.recall.search import search

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date, datetime

    from holdfast.domain.query import Filter
    from holdfast.domain.ranking import Fusion, SearchResult
    from holdfast.domain.scope import Scope
    from holdfast.ports import ResultCache
    from holdfast.recall.interpret import Interpretation
    from holdfast.recall.kit import RecallKit
    from holdfast.recall.search import Question


class _Asked(NamedTuple):
    """All that a result depends on, but for what the store holds and the time of day.

    ``understood`` has the times that the question names, and ``day`` is that of its asking, on which the
    freshness of a memory depends.
    """

    text: str
    understood: Interpretation
    day: date
    scope: Scope
    filter: Filter | None
    valid_at: datetime | None
    as_of: datetime | None
    include_archived: bool
    fusion: Fusion
    limit: int
    explain: bool


def search_again(
    question: Question, *, limit: int, explain: bool, kit: RecallKit, cache: ResultCache
) -> SearchResult:
    """What ``search`` returns; from the cache where nothing has changed since.

    The change number is read before the search: a write in between makes the result newer than its number,
    which the next reader takes for outdated, and never the other way round.
    """
    key = _key(question, limit=limit, explain=explain)
    number, now = kit.store.change_number_of(question.scope), question.view.now
    kept = cache.get(key)
    if kept is not None and kept.change_number == number and _is_true(kept, now):
        return kept.result
    result = search(question, limit=limit, explain=explain, kit=kit)
    cache.put(key, KeptResult(result, number, now))
    return result


def _key(question: Question, *, limit: int, explain: bool) -> Hashable:
    view = question.view
    understood = interpret(question.text, reference=question.asked_at)
    return _Asked(
        question.text,
        understood,
        question.asked_at.date(),
        question.scope,
        view.filter,
        view.valid_at,
        view.as_of,
        view.include_archived,
        question.fusion,
        limit,
        explain,
    )


def _is_true(kept: KeptResult, now: datetime) -> bool:
    """Whether no hit has expired. What was hidden then is hidden still, unless the clock went back."""
    return kept.since <= now and all(hit.memory.is_visible(now) for hit in kept.result)
