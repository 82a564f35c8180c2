"""Words for times, resolved to spans of time: "last week", "in May 2023", "two days before 3 June"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_NUMBERS = {name[:length]: n for n, name in enumerate(MONTHS, 1) for length in (3, len(name))} | {
    "sept": 9
}
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "a couple of": 2, "three": 3, "few": 3, "a few": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip

MONTH = rf"(?P<month>{'|'.join(MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
DAY_OF_MONTH = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>day|night|week|weekend|month|year)"

_TIME_WORDS = (
    r"\b(?:yesterday|today|tonight|tomorrow|last|next|ago|recently|since|morning|evening|weekend|weeks?"
    rf"|months?|years?|{'|'.join(WEEKDAYS)}|{'|'.join(MONTHS)}|(?:19|20)\d\d)\b"
)
"""Words that say when."""

_HINTS = (
    r"\d|\b(?:yesterday|today|tonight|tomorrow|last|past|previous|this|next|ago"
    rf"|{'|'.join(name[:3] for name in MONTHS)}|{'|'.join(WEEKDAYS)}|{'|'.join(SEASONS)})"
)
"""Nothing is a time without one of these."""

YEARS_BACK = 20
"""A month or day without its year is looked for in so many years."""


class Span(NamedTuple):
    """A stretch of time: from ``start`` to before ``end``, both aware."""

    start: datetime
    end: datetime


def says_when(text: str) -> bool:
    """Whether a text has a word that says when.

    Example:
        >>> says_when("It rained yesterday"), says_when("It rained")
        (True, False)
    """
    return re.search(_TIME_WORDS, text.casefold()) is not None


def spans_in(text: str, *, reference: datetime) -> tuple[Span, ...]:
    """The spans of time that a text names, seen from ``reference``.

    A month or a day without its year gives one span for each of the last years.

    Example:
        >>> from datetime import UTC
        >>> (span,) = spans_in("What did I plant last week?", reference=datetime(2026, 3, 12, tzinfo=UTC))
        >>> f"{span.start:%d %B} to {span.end:%d %B}"
        '02 March to 09 March'
    """
    found: list[Span] = []
    left = text.lower()
    if not re.search(_HINTS, left):
        return ()
    today = reference.replace(hour=0, minute=0, second=0, microsecond=0)
    for pattern, resolve in _RULES:
        for match in re.finditer(pattern, left):
            found.extend(_resolved(resolve, match, today))
        left = re.sub(
            pattern, lambda match: " " * len(match[0]), left
        )  # what is understood is not read twice
    return tuple(found)


def _resolved(resolve: _Resolve, match: re.Match[str], today: datetime) -> list[Span]:
    try:
        return list(resolve(match, today))
    except (ValueError, OverflowError):  # the thirtieth of February, the year 0
        return []


def _iso_day(match: re.Match[str], today: datetime) -> Iterator[Span]:
    start = today.replace(int(match["year"]), int(match["month"]), int(match["day"]))
    yield days(start, 1)


def _iso_month(match: re.Match[str], today: datetime) -> Iterator[Span]:
    yield month_of(today, int(match["year"]), int(match["month"]))


def _day_of_month(match: re.Match[str], today: datetime) -> Iterator[Span]:
    for year in _years(match["year"], today):
        try:
            start = today.replace(year, _month_number(match["month"]), int(match["day"]))
        except ValueError:  # 29 February, in most years
            continue
        yield days(start, 1)


def _month_of_year(match: re.Match[str], today: datetime) -> Iterator[Span]:
    for year in _years(match["year"], today):
        yield month_of(today, year, _month_number(match["month"]))


def _season(match: re.Match[str], today: datetime) -> Iterator[Span]:
    first = SEASONS[match["season"]]
    if match["year"] is None and match["which"] in {"last", "this"}:
        year = today.year - (today.month < first + 3 if match["which"] == "last" else 0)
        years: Iterator[int] = iter([year])
    else:
        years = _years(match["year"], today)
    for year in years:
        yield Span(first_of(today, year, first), first_of(today, year, first + 3))


def _year(match: re.Match[str], today: datetime) -> Iterator[Span]:
    year = int(match["year"])
    yield Span(first_of(today, year, 1), first_of(today, year + 1, 1))


def _named_day(match: re.Match[str], today: datetime) -> Iterator[Span]:
    away = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(match[0], 0)
    yield days(today + away * DAY, 1)


def _ago(match: re.Match[str], today: datetime) -> Iterator[Span]:
    yield around(match["unit"], -_count(match["count"]), today)


def _past(match: re.Match[str], today: datetime) -> Iterator[Span]:
    yield Span(around(match["unit"], -_count(match["count"]), today).start, today + DAY)


def _which(match: re.Match[str], today: datetime) -> Iterator[Span]:
    away = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1}[match["which"]]
    yield around(match["unit"], away, today)


def _weekday(match: re.Match[str], today: datetime) -> Iterator[Span]:
    back = (today.weekday() - WEEKDAYS.index(match["weekday"])) % 7
    if match["which"] == "next":
        yield days(today + (7 - back) * DAY, 1)
    else:
        yield days(today - (back or (7 if match["which"] == "last" else 0)) * DAY, 1)


def _beside_a_day(match: re.Match[str], today: datetime) -> Iterator[Span]:
    """So many days or weeks before or after a date."""
    away = _count(match["count"]) * (-1 if match["side"] == "before" else 1)
    for span in _day_of_month(match, today):
        if match["unit"] in {"month", "year"}:
            yield days(around(match["unit"], away, span.start).start, 1)
        else:
            yield days(span.start + away * (7 if match["unit"] == "week" else 1) * DAY, 1)


def around(unit: str, away: int, today: datetime) -> Span:
    """The day, week, weekend, month or year that lies so many of them away from today's."""
    if unit in {"day", "night"}:
        return days(today + away * DAY, 1)
    monday = today + (7 * away - today.weekday()) * DAY
    if unit == "week":
        return days(monday, 7)
    if unit == "weekend":
        return days(monday + 5 * DAY, 2)
    if unit == "month":
        return month_of(today, today.year, today.month + away)
    return Span(first_of(today, today.year + away, 1), first_of(today, today.year + away + 1, 1))


def days(start: datetime, count: int) -> Span:
    """So many days from an instant."""
    return Span(start, start + count * DAY)


def month_of(today: datetime, year: int, month: int) -> Span:
    """A month, whose number may lie outside of 1 to 12."""
    return Span(first_of(today, year, month), first_of(today, year, month + 1))


def first_of(today: datetime, year: int, month: int) -> datetime:
    """The first instant of a month, whose number may lie outside of 1 to 12."""
    years, month_index = divmod(month - 1, 12)
    return today.replace(year + years, month_index + 1, 1)


def _years(given: str | None, today: datetime) -> Iterator[int]:
    if given is not None:
        yield int(given)
    else:
        yield from range(today.year, today.year - YEARS_BACK, -1)


def _month_number(name: str) -> int:
    return MONTH_NUMBERS[name.rstrip(".")]


def _count(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


_Resolve = Callable[[re.Match[str], datetime], Iterator[Span]]

_RULES: tuple[tuple[str, _Resolve], ...] = (
    (rf"\b{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)", _iso_day),
    (rf"\b{_YEAR}-(?P<month>0[1-9]|1[0-2])\b", _iso_month),
    (
        (
            rf"\b{COUNT} (?P<unit>day|week|month|year)s? (?P<side>before|after) (?:the )?"
            rf"(?:{DAY_OF_MONTH} (?:of )?{MONTH})(?:,? {_YEAR})?"
        ),
        _beside_a_day,
    ),
    (rf"\b{DAY_OF_MONTH} (?:of )?{MONTH}(?:,? {_YEAR})?\b", _day_of_month),
    (rf"\b{MONTH} {DAY_OF_MONTH}\b(?:,? {_YEAR})?", _day_of_month),
    (rf"\b{MONTH},? (?:of )?{_YEAR}\b", _month_of_year),
    (
        rf"\b(?:in|during|since|by|until|this|last|of|every) {MONTH}(?P<year>(?!))?",
        _month_of_year,
    ),
    (
        (
            rf"\b(?:(?P<which>last|this|in|the|during) )+(?P<season>{'|'.join(SEASONS)})"
            rf"(?: (?:of )?{_YEAR})?\b"
        ),
        _season,
    ),
    (rf"\b{_YEAR}\b(?!-\d)", _year),
    (
        r"\b(?:yesterday|today|tonight|tomorrow|last night|this (?:morning|afternoon|evening))\b",
        _named_day,
    ),
    (rf"\b{COUNT} {_UNIT}s? ago\b", _ago),
    (rf"\b(?:past|last|previous) {COUNT} {_UNIT}s\b", _past),
    (rf"\b(?P<which>last|past|previous|this|next) {_UNIT}\b", _which),
    (rf"\b(?:(?P<which>last|this|next|on) )?(?P<weekday>{'|'.join(WEEKDAYS)})\b", _weekday),
)
"""What is understood, in the order in which it is looked for. The patterns are compiled when they are first
needed, by ``re`` itself: at import that would take as long as all else."""
