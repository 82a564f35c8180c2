"""Finds when an event was that a question names a time by: "the week after the conference"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.spelling import COMMON_WORDS
from holdfast.domain.timewords import DAY, Span, days, spans_in, times_in
from holdfast.domain.when import whens_in
from holdfast.domain.window import Window, window_of
from holdfast.recall.interpret import interpret

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.recall.gather import Sought
    from holdfast.recall.kit import RecallKit
    from holdfast.recall.search import Question

STEM = 5
"""So many letters in common make two forms of one word."""

TOLD = 0.5
"""What was said on a date counts for beside what lies before or after it: plans are told then."""

BY_RANK = 0.8
"""What each place further behind in fit takes from how sure the time of an event is."""

BY_FACT, BY_WORDS, BY_MESSAGE = 1.0, 0.9, 0.5
"""How sure the time of an event is that a dated fact has, that its words name, and at which it was told."""

_WORD = re.compile(r"[^\W\d_]+")
_OF_DATES = COMMON_WORDS | frozenset(
    """
    early late mid end beginning start middle around first second third last half day week weekend month year
    """.split()  # noqa: SIM905 (as a list it would fill half a page)
)
_ARTICLE = re.compile(r"\A(?:the|a|an)\b ?", re.IGNORECASE)
_POINTING = re.compile(r"\A(?:her|his|their|its|she|he|they|it)\b ?", re.IGNORECASE)
_OPENING = re.compile(r"\A\W*\w+")
_NAME = re.compile(r"(?<=\s)[^\W\d_a-z][\w-]+")


class _Dated(NamedTuple):
    """When an event was, and how sure that is."""

    span: Span
    sure: float
    stated: tuple[Span, ...] = ()

    def near(self, other: _Dated) -> _Dated:
        """The same; of a date that leaves its year open the one nearest to the other."""
        nearest = min(self.stated, key=lambda span: abs(span.start - other.span.start), default=self.span)
        return self._replace(span=nearest) if len(other.stated) == 1 else self


def anchored(question: Question, sought: Sought, *, kit: RecallKit) -> Sought:
    """The question with the time beside the event that it names, when that event is found.

    A date in the event's place is a time by itself. An event is looked for among ``ANCHOR_CANDIDATES`` of the
    memories that fit its words best, and dated by a fact about it, by the time words in what was said of it,
    or else by when that was said. At most two searches: one for each end of what lies between two events.
    """
    beside = sought.asked.beside
    if beside is None:
        return sought
    ends = [beside.anchor, beside.until] if beside.until else [beside.anchor]
    dated = [_date_of(words, beside.rest, question, kit) for words in ends]
    known = [each for each in dated if each is not None]
    if len(known) < len(ends):
        return sought
    known = [each.near(known[1 - n]) for n, each in enumerate(known)] if beside.until else known
    try:
        window = window_of(beside, known[0].span, known[-1].span if beside.until else None)
    except (OverflowError, ValueError):  # before the year 1, or on a 29 February
        return sought
    sure = min(each.sure for each in known)
    found = window._replace(confidence=window.confidence * sure)
    told = [Window(*each.span, TOLD) for each in known if each.stated]
    stated = spans_in(beside.rest, reference=question.asked_at)
    return sought._replace(asked=sought.asked._replace(spans=stated, windows=(found, *told)))


def _date_of(words: str, rest: str, question: Question, kit: RecallKit) -> _Dated | None:
    stated, left = times_in(f"in {words}", reference=question.asked_at)
    if stated and not any(word not in _OF_DATES for word in _WORD.findall(left)):
        past = [span for span in stated if span.start <= question.asked_at]
        return _Dated((past or list(stated))[0], 1.0, stated=tuple(past or stated))
    return _date_of_event(words, rest, question, kit)


def _date_of_event(words: str, rest: str, question: Question, kit: RecallKit) -> _Dated | None:
    """When the memory that fits the event best says it was."""
    found = [_time_of(memory) for memory in _candidates(words, rest, question, kit)]
    best = max(range(len(found)), key=lambda rank: found[rank].sure * BY_RANK**rank, default=None)
    return None if best is None else found[best]


def _time_of(memory: Memory) -> _Dated:
    """By a fact that happened at its own time, by the words for a time, or by when it was told."""
    said_at = memory.sources[0].at if memory.sources else memory.valid_at
    whens = whens_in(memory.text, reference=said_at)
    short = [when for when in whens if when.end - when.start <= limits.ANCHOR_DAYS_MAX * DAY]
    if memory.statement is not None and memory.valid_at != said_at:
        return _Dated(_day_of(memory.valid_at), BY_FACT)
    if short:
        return _Dated(Span(short[0].start, max(short[0].end, _day_of(short[0].start).end)), BY_WORDS)
    return _Dated(_day_of(said_at), BY_MESSAGE)


def _day_of(instant: datetime) -> Span:
    return days(instant.replace(hour=0, minute=0, second=0, microsecond=0), 1)


def _candidates(words: str, rest: str, question: Question, kit: RecallKit) -> Iterator[Memory]:
    from holdfast.recall.fuse import fuse  # noqa: PLC0415 (numpy: half the time of importing the package)
    from holdfast.recall.gather import Sought, gather  # noqa: PLC0415 (likewise)

    said = _spelled_out(words, rest)
    asked = interpret(said, reference=question.asked_at)._replace(beside=None, asks_when=True)
    sought = Sought(said, kit.embedder.embed_query(said), asked)
    gathered = gather(sought, question.scope, breadth=limits.ANCHOR_BREADTH, kit=kit)
    ranking = fuse(gathered.found, gathered.table, asked, now=question.asked_at)
    telling = {word for word in _WORD.findall(words.casefold()) if word not in COMMON_WORDS}
    best = ranking.keys[: limits.ANCHOR_BREADTH].tolist()
    shown = kit.store.fetch(question.scope, best, question.view, limit=limits.ANCHOR_CANDIDATES)
    return (memory for memory in shown.values() if _speaks_of(memory, telling))


def _spelled_out(words: str, rest: str) -> str:
    """The words for an event, with the names in the question for those whom they point to."""
    event = _POINTING.sub("", words)
    names = _NAME.findall(f" {_OPENING.sub('', rest)}") if event != words else []
    event = _ARTICLE.sub("", event)
    return " ".join([event, *dict.fromkeys(names)])


def _speaks_of(memory: Memory, telling: Collection[str]) -> bool:
    """Whether it holds a word of the event, by its beginning: nearness in meaning alone dates nothing."""
    own = {word[:STEM] for word in _WORD.findall(memory.text.casefold())}
    return any(word[:STEM] in own for word in telling)
