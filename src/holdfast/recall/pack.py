"""The recipe of ``context``: the best memories that fit a token budget, rendered so that they stay quotes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.ranking import Context
from holdfast.recall.again import search_again
from holdfast.recall.render import FORMS, Form
from holdfast.recall.search import Question, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import SearchResult
    from holdfast.domain.rendering import ContextFormat
    from holdfast.ports import ResultCache, TokenCounter
    from holdfast.recall.kit import RecallKit


class _Candidate(NamedTuple):
    """A memory as it would stand in the context, and what it would add to the tokens."""

    memory: Memory
    line: str
    cost: int


class _Page(NamedTuple):
    """What a context is written on."""

    format: ContextFormat
    max_tokens: int
    count_tokens: TokenCounter

    @property
    def form(self) -> Form:
        """How the format is written."""
        return FORMS[self.format]


def pack(
    question: Question,
    *,
    max_tokens: int,
    format: ContextFormat,
    kit: RecallKit,
    cache: ResultCache | None = None,
) -> Context:
    """The best memories that fit, one line each, oldest first; never more than ``max_tokens``.

    Greedy by rank: what does not fit leaves its room to the next. Room that the counter finds only in the
    whole is filled again. Empty when not even one memory fits. With a cache the search is made again only
    after a change.
    """
    page = _Page(format, max_tokens, kit.count_tokens)
    hits = _hits(question, kit, cache)
    candidates = [_candidate(hit.memory, page) for hit in hits]
    chosen: list[_Candidate] = []
    context = Context("", (), 0, format)
    room = max_tokens - kit.count_tokens(page.form.whole([]))
    for _ in range(limits.CONTEXT_FILLS_MAX):
        more = _choose([one for one in candidates if one not in chosen], room)
        fitting, filled = _fitting([*chosen, *more], page) if more else ([], context)
        if len(fitting) <= len(chosen):
            break
        chosen, context = fitting, filled
        room = max_tokens - context.tokens
    return context


def _hits(question: Question, kit: RecallKit, cache: ResultCache | None) -> SearchResult:
    most = limits.CONTEXT_CANDIDATES
    if cache is None:
        return search(question, limit=most, explain=False, kit=kit)
    return search_again(question, limit=most, explain=False, kit=kit, cache=cache)


def _candidate(memory: Memory, page: _Page) -> _Candidate:
    line = page.form.line(memory)
    return _Candidate(memory, line, max(0, page.count_tokens(page.form.addition(line))))


def _choose(candidates: Sequence[_Candidate], room: int) -> list[_Candidate]:
    """Greedily the best that still fit."""
    chosen: list[_Candidate] = []
    for candidate in candidates:
        if candidate.cost <= room:
            chosen.append(candidate)
            room -= candidate.cost
    return chosen


def _fitting(chosen: list[_Candidate], page: _Page) -> tuple[list[_Candidate], Context]:
    """The context of what is chosen, without the worst while the counter finds more in the whole."""
    while chosen:
        context = _written(chosen, page)
        if context.tokens <= page.max_tokens:
            return chosen, context
        chosen = chosen[:-1]
    return [], Context("", (), 0, page.format)


def _written(chosen: list[_Candidate], page: _Page) -> Context:
    """Oldest first: what is newer changes nothing before it."""
    ordered = sorted(chosen, key=lambda one: (one.memory.valid_at, one.memory.id))
    text = page.form.whole([one.line for one in ordered])
    context = Context(text, tuple(one.memory for one in ordered), 0, page.format)
    sent = {text, context.message["content"]} if context.message else {text}
    return replace(context, tokens=max(map(page.count_tokens, sent)))
