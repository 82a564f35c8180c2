"""The stretch of time that lies beside an event, and how sure it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, assert_never

from holdfast.domain.beside import Reach, Side
from holdfast.domain.timewords import DAY, WEEKDAYS, Span, around, days

if TYPE_CHECKING:
    from datetime import timedelta

    from holdfast.domain.beside import Beside

NEAR_DAYS = 14
"""What is not far from an event lies within so many days of it."""

NARROW_DAYS = 92
"""What lies between two events is a time like others if it is no longer than a season."""

CONFIDENCE = {Reach.EXACT: 1.0, Reach.NEXT: 0.9, Reach.NEAR: 0.7, Reach.OPEN: 0.4}
"""What lies in the window of each reach counts for: little where half of a life lies in it."""

_DAYS_OF = {"": 1, "day": 1, "week": 7, "weekend": 7, "month": 30, "year": 365}
_ABOUT = {"week": 3, "weekend": 3, "month": 10, "year": 60}
"""So many days on each side of "two weeks before": nobody counts months by days."""

_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """A stretch of time, from ``start`` to before ``end``, and how far to trust it, from 0 to 1."""

    start: datetime
    end: datetime
    confidence: float

    @property
    def span(self) -> Span:
        """The same without its confidence."""
        return Span(self.start, self.end)


def window_of(beside: Beside, anchor: Span, until: Span | None = None) -> Window:
    """The time beside an event that took this span, for what lies between two also ``until``.

    Raises:
        OverflowError: when it lies outside of the calendar.

    Example:
        >>> from holdfast.domain.beside import beside_in
        >>> wedding = Span(datetime(2026, 5, 9, tzinfo=UTC), datetime(2026, 5, 10, tzinfo=UTC))
        >>> window = window_of(beside_in("Who came the week after the wedding?"), wedding)
        >>> f"{window.start:%d %B} to {window.end:%d %B}"
        '10 May to 17 May'
    """
    span = _span(beside, anchor, until)
    return Window(span.start, span.end, _confidence(beside, span))


def _confidence(beside: Beside, span: Span) -> float:
    """Less for a wide window, and for the event itself, which the words for it find better."""
    if beside.side is Side.BETWEEN and span.end - span.start <= NARROW_DAYS * DAY:
        return CONFIDENCE[Reach.NEXT]
    itself = beside.side is Side.AT and beside.reach is Reach.EXACT
    return CONFIDENCE[Reach.OPEN if itself else beside.reach]


def _span(beside: Beside, anchor: Span, until: Span | None) -> Span:
    if beside.side is Side.BETWEEN:
        first, last = sorted([anchor, until or anchor])
        return Span(first.start, last.end)
    if beside.unit in WEEKDAYS:
        return _weekday(beside, anchor)
    match beside.reach:
        case Reach.EXACT:
            return _exactly(beside, anchor)
        case Reach.NEXT:
            return _next(beside, anchor)
        case Reach.NEAR:
            near = beside.units * _DAYS_OF[beside.unit] if beside.unit else NEAR_DAYS
            return _around(beside, anchor, near * DAY)
        case Reach.OPEN:
            return _around(beside, anchor, _END - _BEGINNING)
        case _:
            assert_never(beside.reach)


def _exactly(beside: Beside, anchor: Span) -> Span:
    if beside.side is Side.AT:
        return anchor
    back = beside.side is Side.BEFORE
    away = beside.units * (-1 if back else 1)
    day = anchor.start if back else anchor.end - DAY
    centre = _moved(day, beside.unit, away)
    about = _ABOUT.get(beside.unit, 0) + (max(1, _DAYS_OF[beside.unit] // 2) if beside.vague else 0)
    return Span(centre - about * DAY, centre + (about + 1) * DAY)


def _moved(day: datetime, unit: str, away: int) -> datetime:
    if unit == "month":
        month = around("month", away, day)
        return min(month.start + (day.day - 1) * DAY, month.end - DAY)
    if unit == "year":
        return around("year", away, day).start + (day - around("year", 0, day).start)
    return day + away * _DAYS_OF[unit] * DAY


def _next(beside: Beside, anchor: Span) -> Span:
    length = beside.units * _DAYS_OF[beside.unit] * DAY
    match beside.side:
        case Side.AT:
            return Span(*_union(anchor, around(beside.unit, 0, anchor.start))) if beside.unit else anchor
        case Side.BEFORE if beside.unit == "weekend":
            return around("weekend", -1, anchor.start)
        case Side.BEFORE:
            return Span(anchor.start - length, anchor.start)
        case _ if beside.unit == "weekend":
            following = around("weekend", 0, anchor.end - DAY)
            return following if following.start >= anchor.end else around("weekend", 1, anchor.end - DAY)
        case _:
            return Span(anchor.end, anchor.end + length)


def _union(one: Span, other: Span) -> Span:
    return Span(min(one.start, other.start), max(one.end, other.end))


def _weekday(beside: Beside, anchor: Span) -> Span:
    wanted = WEEKDAYS.index(beside.unit)
    if beside.side is Side.BEFORE:
        return days(anchor.start - ((anchor.start.weekday() - wanted) % 7 or 7) * DAY, 1)
    last = anchor.end - DAY
    return days(last + ((wanted - last.weekday()) % 7 or 7) * DAY, 1)


def _around(beside: Beside, anchor: Span, reach: timedelta) -> Span:
    """So much before or after, or on both sides."""
    match beside.side:
        case Side.BEFORE:
            return Span(_back(anchor.start, reach), anchor.start)
        case Side.AFTER | Side.SINCE:  # what followed an event often did so on the same day
            return Span(anchor.start, _ahead(anchor.end, reach))
        case _:
            return Span(_back(anchor.start, reach), _ahead(anchor.end, reach))


def _back(instant: datetime, reach: timedelta) -> datetime:
    return instant - min(reach, instant - _BEGINNING)


def _ahead(instant: datetime, reach: timedelta) -> datetime:
    return instant + min(reach, _END - instant)
