"""The recipe of ``why_not``: the search again, with an eye on one memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.domain.instant import iso
from holdfast.domain.matching import unmet, was_true
from holdfast.domain.memory import State
from holdfast.domain.query import spell_filter
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.domain.why_not import Reason, WhyNot, lacks_of
from holdfast.errors import NotFound
from holdfast.recall.fuse import fuse
from holdfast.recall.gather import gather
from holdfast.recall.search import find, seek
from holdfast.recall.then import gather_then

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import Part
    from holdfast.domain.view import View
    from holdfast.recall.fuse import Ranking
    from holdfast.recall.gather import Sought
    from holdfast.recall.kit import RecallKit
    from holdfast.recall.search import Found, Question

_FINDING = (Signal.MEANING, Signal.MEANING_WINDOW, Signal.WORDS_WINDOW)
"""The signals that bring a memory into a search."""

_EVERY = 2**31
"""More than any scope holds."""


class _Standing(NamedTuple):
    """Where a memory stands in a ranking."""

    ranking: Ranking
    place: int

    @property
    def score(self) -> float:
        return float(self.ranking.scores[self.place])

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.ranking.parts(self.place)


def why_not(question: Question, memory_id: str, *, limit: int, kit: RecallKit) -> WhyNot:
    """Why ``search`` with this question and limit does not return the memory.

    A memory of the tenant outside the scope is told of as ``get`` with the tenant alone would tell of it,
    and of no other.

    Raises:
        NotFound: ``memory_not_found`` when the tenant has none with this id that a read may return.
    """
    try:
        memory = kit.store.get(question.scope, memory_id)
    except NotFound:
        return _outside(question, memory_id, kit)
    as_of = question.view.as_of
    if as_of is None:
        return _hidden(question, memory) or _ranked(question, memory, limit, kit)
    if memory.created_at > as_of:
        told = f"it was not known at {iso(as_of)}, but from {iso(memory.created_at)} on"
        return WhyNot(query=question.text, memory_id=memory.id, reason=Reason.NOT_KNOWN_THEN, sentence=told)
    then = kit.store.get(question.scope, memory_id, as_of=as_of)
    return _hidden(question, then) or _ranked(question, then, limit, kit)


def _outside(question: Question, memory_id: str, kit: RecallKit) -> WhyNot:
    scope = question.scope
    try:
        memory = kit.store.get(Scope.whole_tenant(tenant=scope.tenant), memory_id)
    except NotFound as error:
        raise _not_found(memory_id, scope) from error
    if not memory.is_visible(question.view.now):
        raise _not_found(memory_id, scope)
    told = f"it is not in the scope {scope}: a search sees what bears every id that is given"
    return WhyNot(query=question.text, memory_id=memory.id, reason=Reason.OUTSIDE_SCOPE, sentence=told)


def _not_found(memory_id: str, scope: Scope) -> NotFound:
    return NotFound(
        f"no memory {memory_id} in the tenant {scope.tenant}: check the id, and whose memory it is",
        code="memory_not_found",
        memory_id=memory_id,
    )


def _hidden(question: Question, memory: Memory) -> WhyNot | None:
    """The reason why the view hides it; None when it does not."""
    view, query = question.view, question.text
    if memory.is_deleted:
        told = "it is deleted: restore brings it back"
        return WhyNot(query=query, memory_id=memory.id, reason=Reason.DELETED, sentence=told)
    if memory.expires_at is not None and not memory.is_visible(view.now):
        told = f"it expired at {iso(memory.expires_at)}"
        return WhyNot(query=query, memory_id=memory.id, reason=Reason.EXPIRED, sentence=told)
    conditions = _unmet(view, memory)
    for reason, sentence in (
        (Reason.ARCHIVED, _why_archived(view, memory)),
        (Reason.NOT_VALID_THEN, _why_not_valid(view, memory)),
        (Reason.FILTERED, f"it does not meet {'; '.join(conditions)}" if conditions else None),
    ):
        if sentence is not None:
            return WhyNot(
                query=query,
                memory_id=memory.id,
                reason=reason,
                sentence=sentence,
                memory=memory,
                unmet=conditions if reason is Reason.FILTERED else (),
            )
    return None


def _why_archived(view: View, memory: Memory) -> str | None:
    hidden = memory.state is State.ARCHIVED and not view.include_archived
    return "it is archived, and archived memories were not asked for" if hidden else None


def _why_not_valid(view: View, memory: Memory) -> str | None:
    if view.valid_at is None or was_true(memory, view.valid_at):
        return None
    end = "" if memory.invalid_at is None else f" until {iso(memory.invalid_at)}"
    return f"it was not true at {iso(view.valid_at)}, but from {iso(memory.valid_at)} on{end}"


def _unmet(view: View, memory: Memory) -> tuple[str, ...]:
    return () if view.filter is None else tuple(map(spell_filter, unmet(view.filter, memory)))


def _ranked(question: Question, memory: Memory, limit: int, kit: RecallKit) -> WhyNot:
    """Where it stands among the candidates, or would stand if it were one."""
    sought = seek(question, kit)
    found = find(question, sought, limit=limit, kit=kit)
    key = kit.store.key_of(question.scope, memory.id)
    own = _standing(found.ranking, key)
    if own is None:
        return _not_gathered(question, memory, _Missed(sought, found, key), kit)
    rank = _rank(question, own, kit)
    answer = _compared(question, memory, own, found)
    for number, group in enumerate(found.shown, start=1):
        if key == group.key:
            return replace(answer, reason=Reason.FOUND, rank=rank, sentence=f"it is hit no. {number}")
        if memory.id in group.also:
            told = f"hit no. {number} says the same and stands for it"
            return replace(answer, reason=Reason.COLLAPSED, rank=rank, sentence=told)
    if memory.trust < limits.TRUST_MIN and answer.last_score is not None and own.score > answer.last_score:
        told = "its source is not trusted, and has as many hits of this answer as such a source may have"
        return replace(answer, reason=Reason.HELD_BACK, rank=rank, sentence=told)
    told = (
        f"it is no. {rank} with a score of {own.score:.3f}, "
        f"and the last of the {len(found.shown)} hits has {answer.last_score:.3f}"
    )
    return replace(answer, rank=rank, sentence=told)


class _Missed(NamedTuple):
    """A memory that a search has not found."""

    sought: Sought
    found: Found
    key: int


def _not_gathered(question: Question, memory: Memory, missed: _Missed, kit: RecallKit) -> WhyNot:
    """What it would score if a signal brought it in, and how far all of them are from that."""
    sought, found, key = missed
    gathered = gather(sought, question.scope, breadth=found.breadth, kit=kit, also=np.array([key], np.int64))
    if question.view.as_of is not None:
        gathered = gather_then(sought, question.scope, gathered, question.view.as_of, kit=kit)
    ranking = fuse(gathered.found, gathered.table, sought.asked, now=question.asked_at)
    own = _Standing(ranking, ranking.keys.tolist().index(key))
    nearest = _nearest_rank(question, sought, key, kit)
    told = (
        f"no signal finds it: it is no. {nearest} at best by meaning or by words, "
        f"and the first {found.breadth} are looked at"
    )
    return replace(
        _compared(question, memory, own, found),
        reason=Reason.NOT_A_CANDIDATE,
        sentence=told,
        nearest_rank=nearest,
        needed_rank=found.breadth,
    )


def _compared(question: Question, memory: Memory, own: _Standing, found: Found) -> WhyNot:
    """The memory beside the last hit."""
    last = _standing(found.ranking, found.shown[-1].key) if found.shown else None
    return WhyNot(
        query=question.text,
        memory_id=memory.id,
        reason=Reason.OUTRANKED,
        sentence="",
        memory=memory,
        score=own.score,
        last_score=None if last is None else last.score,
        lacks=() if last is None else lacks_of(own.parts, last.parts),
    )


def _standing(ranking: Ranking, key: int) -> _Standing | None:
    keys: list[int] = ranking.keys.tolist()
    return _Standing(ranking, keys.index(key)) if key in keys else None


def _rank(question: Question, own: _Standing, kit: RecallKit) -> int:
    """Its place among those that may be shown: the hidden ones are not counted."""
    before: list[int] = own.ranking.keys[: own.place].tolist()
    if not before:
        return 1
    return 1 + len(kit.store.fetch(question.scope, before, question.view, limit=len(before)))


def _nearest_rank(question: Question, sought: Sought, key: int, kit: RecallKit) -> int | None:
    """Its best rank in the whole scope by one of the signals that find; None when none knows it."""
    by_meaning = kit.vectors.search(question.scope, sought.vector, limit=_EVERY)
    by_words = kit.words.search(question.scope, sought.text, limit=_EVERY)
    found = {**by_meaning, **by_words}
    ranks = [
        1 + int((found[signal].values > own).sum())
        for signal in _FINDING
        for own in found[signal].values[found[signal].keys == key]
    ]
    return min(ranks, default=None)
