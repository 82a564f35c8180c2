"""The audit log: a chain of digests over what was done, to what and when; never over what was said."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.statements import read_statements

if TYPE_CHECKING:
    import apsw

_SQL = read_statements("writes.sql")
_READS = read_statements("queries.sql")
_FIRST_LINK = bytes(32)


def record(connection: apsw.Connection, *, at: int, action: str, target: bytes, items: int) -> None:
    """Add an entry behind the last one."""
    last = connection.execute(_SQL["last_audit_link"]).get
    number, link = (0, _FIRST_LINK) if last is None else last
    entry = (number + 1, at, action, target, items)
    connection.execute(_SQL["insert_audit"], (*entry, _next_link(link, entry)))


def first_broken_entry(connection: apsw.Connection) -> int | None:
    """The number of the first entry that was changed, or that follows one taken out; None when all hold."""
    link = _FIRST_LINK
    for expected, (number, at, action, target, items, stored) in enumerate(
        connection.execute(_READS["audit_links"]), start=1
    ):
        link = _next_link(link, (number, at, action, target, items))
        if number != expected or link != stored:
            return int(number)
    return None


def _next_link(link: bytes, entry: tuple[int, int, str, bytes, int]) -> bytes:
    number, at, action, target, items = entry
    line = f"{number}|{at}|{action}|{target.hex()}|{items}".encode()
    return blake2b(link + line, digest_size=32).digest()
