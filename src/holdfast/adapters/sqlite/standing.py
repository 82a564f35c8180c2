"""The facts that stand in a slot, and whether they still are those that a decision was made on."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.adapters.sqlite.rows import Row, memories_by_key
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import to_microseconds
from holdfast.errors import Conflict
from holdfast.ports import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.reach import Reach
    from holdfast.domain.statement import Slot, Statement

_SQL = read_statements("queries.sql")
_NOTHING = Standing((), (0, 0, 0))


def standing_in(connection: apsw.Connection, reach: Reach, slot: Slot, now: datetime) -> Standing:
    """The latest facts of the slot that the reach covers, with their mark."""
    if reach.is_empty:
        return _NOTHING
    rows = _rows(connection, reach, slot, now)
    facts = memories_by_key(connection, [key for key, _ in rows])
    return Standing(tuple(facts[key] for key, _ in reversed(rows)), _mark(rows))


def require_unchanged(
    connection: apsw.Connection, reach: Reach, seen: Mapping[Slot, tuple[int, int, int]], now: datetime
) -> None:
    """Refuse decisions that were made on what no longer stands.

    Raises:
        Conflict: ``slot_changed``.
    """
    for slot, mark in seen.items():
        if _mark([] if reach.is_empty else _rows(connection, reach, slot, now)) != mark:
            raise Conflict("another writer has just changed the same facts: try again", code="slot_changed")


def statement_columns(statement: Statement | None) -> tuple[bytes | str | int | None, ...]:
    """What a memory states, as it lies in the file: slot, subject, attribute, value, is_single, extractor."""
    if statement is None:
        return (None,) * 6
    return (
        _digest(statement.slot),
        statement.subject,
        statement.attribute,
        statement.value,
        int(statement.is_single),
        statement.extractor,
    )


def _rows(connection: apsw.Connection, reach: Reach, slot: Slot, now: datetime) -> list[Row]:
    inside = reach.condition()
    sql = _SQL["standing"].replace("{reach}", inside.sql)
    values = (_digest(slot), to_microseconds(now), *inside.values, limits.STANDING_FACTS_MAX)
    return connection.execute(sql, values).fetchall()


def _mark(rows: list[Row]) -> tuple[int, int, int]:
    return len(rows), sum(version for _, version in rows), max((key for key, _ in rows), default=0)


def _digest(slot: Slot) -> bytes:
    """Sixteen bytes that stand for a slot."""
    return blake2b("\0".join(slot).encode(), digest_size=16).digest()
