"""The recipe of ``search``: gather, fuse, rank, collapse; hard filters come before anything is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.query import And, Compare, Field, Operator
from holdfast.domain.ranking import Fusion, Hit, SearchResult
from holdfast.recall.collapse import collapse
from holdfast.recall.interpret import interpret

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.recall.collapse import Group
    from holdfast.recall.fuse import Ranking
    from holdfast.recall.gather import Gathered, Sought
    from holdfast.recall.kit import RecallKit


@dataclass(frozen=True, slots=True)
class Question:
    """What is sought, where, what may be seen there, the instant that its time words are seen from, and how
    signals are joined.
    """

    text: str
    scope: Scope
    view: View
    asked_at: datetime
    fusion: Fusion = Fusion.SUM


class Found(NamedTuple):
    """The best that may be seen, with what they were chosen by.

    ``breadth`` is how many each signal brought in at most, ``exhausted`` whether that was all there is.
    """

    ranking: Ranking
    shown: tuple[Group, ...]
    breadth: int
    exhausted: bool


_TRUSTED = Compare(Field.TRUST, Operator.GTE, (limits.TRUST_MIN,))


def search(question: Question, *, limit: int, explain: bool, kit: RecallKit) -> SearchResult:
    """The memories that fit the question best, at most ``limit`` of them.

    Looks further while what may not be seen, or says the same again, crowds out what may.
    """
    found = find(question, seek(question, kit), limit=limit, kit=kit)
    return SearchResult(question.text, tuple(_hits(found, explain=explain)))


def seek(question: Question, kit: RecallKit) -> Sought:
    """The question in the forms in which it is looked up."""
    from holdfast.recall.gather import Sought  # noqa: PLC0415 (numpy: half the time of importing the package)

    asked = interpret(question.text, reference=question.asked_at)
    if question.view.valid_at is not None:
        asked = asked._replace(is_of_past=True)  # what is shown was true then
    return Sought(question.text, kit.embedder.embed_query(question.text), asked)


def find(question: Question, sought: Sought, *, limit: int, kit: RecallKit) -> Found:
    """The best ``limit`` that may be seen at one instant, as far as one has to look for them."""
    breadth = max(limits.SEARCH_BREADTH_MIN, 4 * limit)
    with kit.store.reading():
        sought = _anchored(question, sought, kit)
        found = _find(question, sought, breadth, limit, kit)
        for _ in range(limits.SEARCH_ROUNDS_MAX):
            if len(found.shown) == limit or found.exhausted:
                break
            breadth *= limits.SEARCH_ROUND_GROWTH
            found = _find(question, sought, breadth, limit, kit)
    return found


def _anchored(question: Question, sought: Sought, kit: RecallKit) -> Sought:
    """The question with the time that it names by an event, where it does."""
    if sought.asked.beside is None:
        return sought
    from holdfast.recall.anchor import anchored  # noqa: PLC0415 (likewise)

    return anchored(question, sought, kit=kit)


def _find(question: Question, sought: Sought, breadth: int, limit: int, kit: RecallKit) -> Found:
    from holdfast.recall.gather import gather  # noqa: PLC0415

    gathered = gather(sought, question.scope, breadth=breadth, kit=kit)
    if question.view.as_of is not None:
        from holdfast.recall.then import gather_then  # noqa: PLC0415 (few searches ask for the past)

        gathered = gather_then(sought, question.scope, gathered, question.view.as_of, kit=kit)
    ranking = _fused(question, gathered, sought)
    if sought.asked.links and len(ranking) and not gathered.table.in_talk[ranking.order[0]]:
        from holdfast.recall.chain import follow  # noqa: PLC0415 (likewise)

        ranking = follow(sought, question.scope, question.view, ranking, kit=kit)
    shown = _collapsed(question, ranking, limit, kit)
    return Found(ranking, shown, breadth, exhausted=gathered.looked_at < breadth)


def _fused(question: Question, gathered: Gathered, sought: Sought) -> Ranking:
    from holdfast.recall.fuse import fuse, fuse_ranks  # noqa: PLC0415 (likewise)

    if question.fusion is Fusion.RRF:
        return fuse_ranks(gathered.found, gathered.table)
    return fuse(gathered.found, gathered.table, sought.asked, now=question.asked_at)


def _collapsed(question: Question, ranking: Ranking, limit: int, kit: RecallKit) -> tuple[Group, ...]:
    """The first ``limit`` groups of the ranking; reads further where many memories make few groups."""
    keys = ranking.keys.tolist()
    shown: dict[int, Memory] = {}
    behind, wanted = 0, limit + limits.SEARCH_SPARE
    while True:
        part = keys[behind : behind + limits.SEARCH_READ_AHEAD * wanted]
        page = kit.store.fetch(question.scope, part, question.view, limit=wanted)
        shown |= page
        collapsed = collapse(shown)
        behind = keys.index(next(reversed(page)), behind) + 1 if len(page) == wanted else behind + len(part)
        if len(collapsed.groups) >= limit or behind >= len(keys):
            return collapsed.groups[:limit]
        left = limit + limits.SEARCH_COLLAPSED_MAX - len(shown)
        if left <= 0:
            break
        wanted = min(2 * len(shown) + limit, left)
    if collapsed.held_back:
        trusted = kit.store.fetch(question.scope, keys, _trusted(question.view), limit=limit)
        everything = {**shown, **trusted}
        collapsed = collapse({key: everything[key] for key in keys if key in everything})
    return collapsed.groups[:limit]


def _trusted(view: View) -> View:
    """The same without what is not trusted: a flood of that shall not hide the rest."""
    return replace(view, filter=_TRUSTED if view.filter is None else And((view.filter, _TRUSTED)))


def _hits(found: Found, *, explain: bool) -> Iterator[Hit]:
    keys = found.ranking.keys.tolist()
    for group in found.shown:
        rank = keys.index(group.key)
        parts = found.ranking.parts(rank) if explain else ()
        yield Hit(group.memory, float(found.ranking.scores[rank]), parts, group.also)
