"""Who has had which events, without a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.events import Subscriber
from holdfast.errors import LimitExceeded, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.bell import Bell
    from holdfast.testing.in_memory.data import Access, InMemoryData


class InMemoryEventLog:
    """``EventLog`` in Python objects."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def bell(self) -> Bell:
        return self._access.bells.events

    def end(self) -> int:
        with self._access.use() as data:
            return _end(data)

    def join(self, name: str, *, now: datetime) -> int:
        with self._access.use() as data:
            if name not in data.subscribers:
                _require_room(data)
                data.subscribers[name] = Subscriber(name, _end(data), 0, now)
            return data.subscribers[name].number

    def advance(self, name: str, number: int, *, now: datetime) -> None:
        with self._access.use() as data:
            known = _require(data, name)
            data.subscribers[name] = replace(known, number=max(known.number, number), seen_at=now)

    def leave(self, name: str) -> None:
        with self._access.use() as data:
            del data.subscribers[_require(data, name).name]

    def subscribers(self) -> tuple[Subscriber, ...]:
        with self._access.use() as data:
            return tuple(
                replace(known, behind=sum(event.number > known.number for event in data.events))
                for _, known in sorted(data.subscribers.items())
            )

    def prune(self, *, now: datetime, limit: int) -> int:
        before = now - timedelta(days=limits.OUTBOX_DAYS)
        with self._access.use() as data:
            end = _end(data)
            free = min((known.number for known in data.subscribers.values()), default=end)
            gone = {
                event.number
                for event in data.events
                if event.number <= min(end - 1, free)
                and (event.number <= end - limits.OUTBOX_EVENTS_MAX or event.at <= before)
            }
            gone = set(sorted(gone)[:limit])
            data.events[:] = [event for event in data.events if event.number not in gone]
        return len(gone)


def _end(data: InMemoryData) -> int:
    return data.events[-1].number if data.events else 0


def _require(data: InMemoryData, name: str) -> Subscriber:
    if name not in data.subscribers:
        raise NotFound(
            f"there is no subscriber called {name!r}: it was forgotten, or never came",
            code="subscriber_not_found",
        )
    return data.subscribers[name]


def _require_room(data: InMemoryData) -> None:
    if len(data.subscribers) >= limits.SUBSCRIBERS_MAX:
        raise LimitExceeded(
            f"the store has {limits.SUBSCRIBERS_MAX} named subscribers: forget one that no longer comes",
            code="too_many_subscribers",
        )
