"""The words for times that a statement may use, each with the stretch of time that it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from holdfast.domain.timewords import (
    COUNT,
    DAY,
    DAY_OF_MONTH,
    MONTH,
    MONTH_NUMBERS,
    NUMBERS,
    SEASONS,
    WEEKDAYS,
    Span,
    around,
    days,
    first_of,
    month_of,
)

_MONTHS, _CENTURY = 12, 100


class Seen(NamedTuple):
    """From where a time is looked at: the message's own instant, its day, and whether ahead or back."""

    now: datetime
    today: datetime
    ahead: bool


_YEAR = r"(?P<year>(?:19|20)\d\d)"
_UNIT = r"(?P<unit>minute|hour|day|night|week|weekend|month|quarter|year)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
_SEASON = rf"(?P<season>{'|'.join(SEASONS)})"
_PART = r"(?P<part> (?:early )?(?:morning|afternoon|evening|night|at lunch))?"
_PHASE = (
    r"(?P<phase>early|mid|late|(?:the )?(?:very )?(?:beginning|start|first half|middle|end|second half) of)"
)
_PHASES = {
    "early": (0, 3),
    "beginning": (0, 5),
    "start": (0, 5),
    "first": (0, 2),
    "mid": (1, 3),
    "late": (2, 3),
    "end": (4, 5),
    "second": (1, 2),
}
"""Which part of how many equal ones."""
_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "valentine's day": (2, 14),
    "halloween": (10, 31),
}
_DECADES = {"seventies": 1970, "eighties": 1980, "nineties": 1990}


def _numeric(match: re.Match[str], seen: Seen) -> Span:
    first, second = int(match["one"]), int(match["two"])
    if match["mark"] == "." or first > _MONTHS:
        first, second = second, first
    elif second <= _MONTHS and first != second:
        raise ValueError(match[0])  # 03/04 is two days to two readers
    return days(seen.today.replace(int(match["year"]), first, second), 1)


def _iso_day(match: re.Match[str], seen: Seen) -> Span:
    return days(seen.today.replace(int(match["year"]), int(match["month"]), int(match["day"])), 1)


def _day_of_month(match: re.Match[str], seen: Seen) -> Span:
    month, day = MONTH_NUMBERS[match["month"].rstrip(".")], int(match["day"])
    year = int(match["year"]) if match["year"] else _year_of(seen, month, day)
    last = match.groupdict().get("until")
    return days(seen.today.replace(year, month, day), max(1, int(last) - day + 1) if last else 1)


def _year_of(seen: Seen, month: int, day: int) -> int:
    """The year of a day without one: the next such day, or the latest one that has been."""
    here = (seen.today.month, seen.today.day)
    if seen.ahead:
        return seen.today.year + ((month, day) < here)
    return seen.today.year - ((month, day) > here)


def _beside_a_day(match: re.Match[str], seen: Seen) -> Span:
    side = -1 if match["side"] == "before" else 1
    return _shifted(match["unit"], side * _count(match["count"]), _day_of_month(match, seen).start)


def _month(match: re.Match[str], seen: Seen) -> Span:
    month = MONTH_NUMBERS[match["month"].rstrip(".")]
    year = int(match["year"]) if match["year"] else _year_of_month(match, seen, month)
    return _phase_of(match, month_of(seen.today, year, month))


def _year_of_month(match: re.Match[str], seen: Seen, month: int) -> int:
    here = seen.today
    word = match["word"] or ""
    if word == "next" or (seen.ahead and word not in {"since", "last"}):
        return here.year + (month < here.month)
    return here.year - (month > here.month or (month == here.month and word == "last"))


def _phase_of(match: re.Match[str], whole: Span) -> Span:
    """The part of a stretch that is named, or all of it."""
    name = match["phase"] and match["phase"].removeprefix("the ").removeprefix("very ")
    if not name:
        return whole
    number, parts = next(part for start, part in _PHASES.items() if name.startswith(start))
    part = (whole.end - whole.start) / parts
    return Span(whole.start + number * part, whole.start + (number + 1) * part)


def _phase_of_unit(match: re.Match[str], seen: Seen) -> Span:
    away = {"next": 1, "last": -1}.get(match["which"] or "", 0)
    return _phase_of(match, _around(match["unit"], away, seen.today))


def _the_day(match: re.Match[str], seen: Seen) -> Span:
    """So "on the 3rd" is of the month that is named, or of the nearest in the right direction."""
    day = int(match["day"])
    away = {"next": 1, "following": 1, "last": -1, "previous": -1, "this": 0, "the": 0}.get(match["of"] or "")
    if away is None:
        passed = day < seen.today.day
        away = int(passed) if seen.ahead else -int(day > seen.today.day)
    start = month_of(seen.today, seen.today.year, seen.today.month + away).start
    return days(start.replace(day=day), 1)


def _season(match: re.Match[str], seen: Seen) -> Span:
    first, which = SEASONS[match["season"]], match["which"]
    if match["year"]:
        return _phase_of(match, _season_of(seen, int(match["year"]), first))
    candidates = [_season_of(seen, seen.today.year + away, first) for away in (-2, -1, 0, 1)]
    if which == "last":
        return [span for span in candidates if span.end <= seen.today][-1]
    if which == "next":
        return next(span for span in candidates if span.start > seen.today)
    if seen.ahead:
        return next(span for span in candidates if span.end > seen.today)
    return [span for span in candidates if span.start <= seen.today][-1]


def _season_of(seen: Seen, year: int, first: int) -> Span:
    return Span(first_of(seen.today, year, first), first_of(seen.today, year, first + 3))


def _decade(match: re.Match[str], seen: Seen) -> Span:
    year = _DECADES.get(match["decade"]) or int(match["decade"].rstrip("s'"))
    year += 1900 if year < _CENTURY else 0
    return Span(first_of(seen.today, year, 1), first_of(seen.today, year + 10, 1))


def _years(match: re.Match[str], seen: Seen) -> Span:
    year = int(match["year"])
    last = int(match["last"]) if match["last"] else year
    return Span(first_of(seen.today, year, 1), first_of(seen.today, last + 1, 1))


def _quarter(match: re.Match[str], seen: Seen) -> Span:
    month = 3 * int(match["quarter"]) - 2
    year = int(match["year"] or seen.today.year)
    return Span(first_of(seen.today, year, month), first_of(seen.today, year, month + 3))


def _named_day(match: re.Match[str], seen: Seen) -> Span:
    name = match["name"]
    away = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(name, 0)
    away *= 2 if match["beyond"] else 1
    return days(seen.today + away * DAY, 1)


def _holiday(match: re.Match[str], seen: Seen) -> Span:
    month, day = _HOLIDAYS[match["holiday"]]
    year = int(match["year"]) if match["year"] else _year_of(seen, month, day)
    return days(seen.today.replace(year, month, day), 1)


def _ago(match: re.Match[str], seen: Seen) -> Span:
    return _away(match, seen, -1)


def _hence(match: re.Match[str], seen: Seen) -> Span:
    if match["base"] == "tomorrow":
        return _exactly(match["unit"], _count(match["count"]), seen.today + DAY)
    return _away(match, seen, 1)


def _away(match: re.Match[str], seen: Seen, side: int) -> Span:
    unit, count = match["unit"], match["count"]
    if count.startswith("half"):
        if unit != "year":
            raise ValueError(match[0])
        return _around("month", 6 * side, seen.today)
    number = side * _count(count)
    if unit in {"hour", "minute"}:
        step = timedelta(hours=1) if unit == "hour" else timedelta(minutes=1)
        start = seen.now + number * step
        if unit == "hour":
            start = start.replace(minute=0, second=0, microsecond=0)
        return Span(start, start + step)
    return _around(unit, number, seen.today)


def _lasting(match: re.Match[str], seen: Seen) -> Span | None:
    """Since when "for three years" is, where it still goes on."""
    going_on = re.search(r"\b(?:have|has)\b|['\u2019](?:ve|s)\b|\bbeen\b", match.string)
    return None if not going_on or match["unit"] in {"hour", "minute"} else _away(match, seen, -1)


def _past(match: re.Match[str], seen: Seen) -> Span:
    return Span(_away(match, seen, -1).start, seen.today + DAY)


def _which(match: re.Match[str], seen: Seen) -> Span:
    unit, which = match["unit"], match["which"]
    away = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1}[which]
    span = _around(unit, away, seen.today)
    if match["side"] == "earlier":
        return Span(span.start, min(span.end, seen.today + DAY))
    return Span(max(span.start, seen.today), span.end) if match["side"] == "later" else span


def _weekday(match: re.Match[str], seen: Seen) -> Span | None:
    if match["which"] in {"every", "each"}:
        return None
    back = (seen.today.weekday() - WEEKDAYS.index(match["weekday"])) % 7
    which = match["which"]
    ahead = which in {"next", "coming", "this coming"} or (which not in {"last", "since"} and seen.ahead)
    if ahead:
        away = (7 - back) % 7 or (7 if which == "next" else 0)
        return days(seen.today + away * DAY, 1)
    return days(seen.today - (back or (7 if which == "last" else 0)) * DAY, 1)


def _other_day(_: re.Match[str], seen: Seen) -> Span:
    return Span(seen.today - 6 * DAY, seen.today)


def _shifted(unit: str, away: int, start: datetime) -> Span:
    return days(_exactly(unit, away, start).start, 1)


def _exactly(unit: str, away: int, start: datetime) -> Span:
    if unit in {"month", "year"}:
        return days(_around(unit, away, start).start.replace(day=start.day), 1)
    return days(start + away * (7 if unit == "week" else 1) * DAY, 1)


def _around(unit: str, away: int, today: datetime) -> Span:
    if unit == "quarter":
        month = 3 * ((today.month - 1) // 3 + away) + 1
        return Span(first_of(today, today.year, month), first_of(today, today.year, month + 3))
    return around(unit, away, today)


def _count(words: str) -> int:
    return int(words) if words.isdigit() else NUMBERS[words]


Resolve = Callable[[re.Match[str], Seen], Span | None]

_MANY = COUNT.replace("(?P<count>", "(?P<count>half an?|")
_UNTIL = r"(?: ?[-\u2013] ?(?P<until>[0-3]?\d)(?:st|nd|rd|th)?\b(?![:.]\d))?"
_LINK = r"(?:on|since|by|until|from)"

RULES: tuple[tuple[str, Resolve], ...] = (
    (rf"\b(?:in )?{_MANY} {_UNIT}s? from (?P<base>now|today|tomorrow)\b", _hence),
    (rf"\b(?:{_LINK} )?{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)\b", _iso_day),
    (rf"\b(?:{_LINK} )?(?P<one>\d\d?)(?P<mark>[/.])(?P<two>\d\d?)[/.](?P<year>(?:19|20)\d\d)\b", _numeric),
    (
        (
            rf"\b{COUNT} (?P<unit>day|week|month|year)s? (?P<side>before|after) (?:the )?"
            rf"{DAY_OF_MONTH} (?:of )?{MONTH}\b(?:,? {_YEAR})?"
        ),
        _beside_a_day,
    ),
    (rf"\b(?:{_LINK} )?(?:the )?{DAY_OF_MONTH} (?:of )?{MONTH}\b(?:,? {_YEAR})?\b", _day_of_month),
    (rf"\b(?:{_LINK} )?{MONTH} (?:the )?{DAY_OF_MONTH}\b{_UNTIL}(?:,? {_YEAR})?", _day_of_month),
    (
        (
            rf"(?:\b(?P<word>in|during|since|by|until|at|of|from"
            rf"|around) )?(?:\b{_PHASE} )?\b{MONTH},? (?:of )?{_YEAR}\b"
        ),
        _month,
    ),
    (
        (
            rf"\b(?P<word>in|during|since|by|until|this|last|next|at|from"
            rf"|around) (?:{_PHASE} )?{MONTH}\b(?! \w+ and )(?P<year>(?!))?"
        ),
        _month,
    ),
    (
        rf"\b(?:at|on|over|since|by|until|around) (?P<holiday>{'|'.join(_HOLIDAYS)})(?:,? {_YEAR})?\b",
        _holiday,
    ),
    (rf"\b{_LINK} the (?P<day>[0-3]?\d)(?:st|nd|rd|th)\b(?: of (?P<of>next|last|this|the) month)?", _the_day),
    (
        (
            rf"\b(?:(?:in|during|since|by|until|over|from|of) )?(?:{_PHASE} )?(?P<which>last|this"
            rf"|next) {_SEASON}\b"
            r"(?P<year>(?!))?"
        ),
        _season,
    ),
    (
        (
            rf"\b(?:in|during|since|by|until|over|from"
            rf"|of) (?:{_PHASE} )?(?:the )?(?P<which>(?!))?{_SEASON}\b"
            rf"(?: (?:of )?{_YEAR})?"
        ),
        _season,
    ),
    (
        r"\b(?:in|during|since) the (?P<decade>(?:(?:19|20)\d|[4-9])0'?s|seventies|eighties|nineties)\b",
        _decade,
    ),
    (rf"\b(?:in )?q(?P<quarter>[1-4])(?:,? (?:of )?{_YEAR})?\b", _quarter),
    (rf"\b(?:from|between) {_YEAR} (?:to|until|till|and) (?P<last>(?:19|20)\d\d)\b", _years),
    (
        (
            rf"\b(?:in|during|since|by|until|from|before|after|around|of|back in) {_YEAR}\b(?![-,.]\d"
            rf"| \w*(?:degree|euro|dollar))(?P<last>(?!))?"
        ),
        _years,
    ),
    (
        (
            r"\b(?P<beyond>the day (?:before|after) )?(?:by |until |since )?"
            r"(?:(?P<name>yesterday|tomorrow|today|last night|tonight)|this (?:morning|afternoon|evening))\b"
            rf"{_PART}"
        ),
        _named_day,
    ),
    (
        (
            rf"\b(?:(?:about|around|over|almost|nearly|like|exactly|just) )?{_MANY} {_UNIT}s? (?:ago|back"
            rf"|earlier)\b"
        ),
        _ago,
    ),
    (
        (
            rf"\b(?:in|within) (?:about |around |just )?{_MANY} {_UNIT}(?:s|s'"
            rf"|'s)?(?: time)?\b(?P<base>(?!))?(?! of )"
        ),
        _hence,
    ),
    (rf"\b(?:(?:in|over|during|for|within) )?(?:the )?(?:past|last|previous) {COUNT} {_UNIT}s\b", _past),
    (rf"\bfor (?:about |around |over |almost |nearly |more than |the )?{_MANY} {_UNIT}s?\b", _lasting),
    (
        (
            rf"\b(?:(?:by|at|around|until|since) )?{_PHASE} (?:the |(?P<which>this|next|last) )?(?P<unit>week"
            rf"|month|year|quarter)\b"
        ),
        _phase_of_unit,
    ),
    (
        (
            rf"\b(?:(?P<side>earlier|later) |(?:since|by|until|over|during|in|at|for) )?(?:the )?"
            rf"(?P<which>last|past|previous|this|next) {_UNIT}\b"
        ),
        _which,
    ),
    (r"\bthe other (?:day|night|week)\b", _other_day),
    (
        (
            rf"\b(?:on |by |until )?(?:(?P<which>last|this|next|since|every|each|coming|this coming) )?"
            rf"{_WEEKDAY}\b(?!s\b){_PART}"
        ),
        _weekday,
    ),
)
"""What is understood, in the order in which it is looked for; what is understood is not read twice."""
