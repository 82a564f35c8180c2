"""Who has had which events, beside the events themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.events import Subscriber
from holdfast.domain.instant import from_microseconds, to_microseconds
from holdfast.errors import LimitExceeded, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.bell import Bell

_SQL = read_statements("events.sql")


class SqliteEventLog:
    """``EventLog`` on one SQLite file."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    @property
    def bell(self) -> Bell:
        return self._bell

    def end(self) -> int:
        return self._database.read(_last_number)

    def join(self, name: str, *, now: datetime) -> int:
        known = self._database.read(lambda connection: _cursor(connection, name))
        if known is not None:
            return known
        return self._database.write(lambda connection: _join(connection, name, now))

    def advance(self, name: str, number: int, *, now: datetime) -> None:
        def work(connection: apsw.Connection) -> None:
            connection.execute(_SQL["advance"], (name, number, to_microseconds(now)))
            _require_one(connection, name)

        self._database.write(work)

    def leave(self, name: str) -> None:
        def work(connection: apsw.Connection) -> None:
            connection.execute(_SQL["delete_subscriber"], (name,))
            _require_one(connection, name)

        self._database.write(work)

    def subscribers(self) -> tuple[Subscriber, ...]:
        def work(connection: apsw.Connection) -> tuple[Subscriber, ...]:
            return tuple(
                Subscriber(name, number, behind, from_microseconds(seen_at))
                for name, number, behind, seen_at in connection.execute(_SQL["subscribers"])
            )

        return self._database.read(work)

    def prune(self, *, now: datetime, limit: int) -> int:
        before = to_microseconds(now - timedelta(days=limits.OUTBOX_DAYS))

        def work(connection: apsw.Connection) -> int:
            connection.execute(_SQL["prune_events"], (limits.OUTBOX_EVENTS_MAX, before, limit))
            return connection.changes()

        return self._database.write(work)


def _last_number(connection: apsw.Connection) -> int:
    number: int = connection.execute(_SQL["last_number"]).get
    return number


def _cursor(connection: apsw.Connection, name: str) -> int | None:
    number: int | None = connection.execute(_SQL["cursor"], (name,)).get
    return number


def _join(connection: apsw.Connection, name: str, now: datetime) -> int:
    known = _cursor(connection, name)
    if known is not None:
        return known
    if connection.execute(_SQL["subscriber_count"]).get >= limits.SUBSCRIBERS_MAX:
        raise LimitExceeded(
            f"the store has {limits.SUBSCRIBERS_MAX} named subscribers: forget one that no longer comes",
            code="too_many_subscribers",
        )
    number = _last_number(connection)
    connection.execute(_SQL["insert_subscriber"], (name, number, to_microseconds(now)))
    return number


def _require_one(connection: apsw.Connection, name: str) -> None:
    if not connection.changes():
        raise NotFound(
            f"there is no subscriber called {name!r}: it was forgotten, or never came",
            code="subscriber_not_found",
        )
