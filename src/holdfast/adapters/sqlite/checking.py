"""Looks for what is wrong with a store: each check by itself, so that damage hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import apsw

from holdfast.adapters.sqlite import audit
from holdfast.adapters.sqlite.statements import read_statements

if TYPE_CHECKING:
    Check = Callable[[apsw.Connection], Iterator[str]]

_FAULTS_SHOWN_MAX = 20


def find_faults(connection: apsw.Connection) -> tuple[str, ...]:
    """What is wrong, in sentences; empty when all is well."""
    checks: dict[str, Check] = {
        "the pages": _check_pages,
        "the links between rows": _check_links,
        "what belongs together": _check_completeness,
        "the audit log": _check_audit,
    }
    return tuple(fault for what, check in checks.items() for fault in _run(what, check, connection))


def _run(what: str, check: Check, connection: apsw.Connection) -> list[str]:
    try:
        return list(check(connection))
    except (apsw.CorruptError, apsw.SQLError, UnicodeDecodeError) as damage:
        return [f"{what} cannot be checked: {damage}"]


def _check_pages(connection: apsw.Connection) -> Iterator[str]:
    for (sentence,) in connection.execute(f"PRAGMA integrity_check({_FAULTS_SHOWN_MAX})"):
        if sentence != "ok":
            yield str(sentence)


def _check_links(connection: apsw.Connection) -> Iterator[str]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{table} row {row} points to a missing row of {parent}"


def _check_completeness(connection: apsw.Connection) -> Iterator[str]:
    for sentence, sql in read_statements("checks.sql").items():
        count = connection.execute(sql).get
        if count:
            yield f"{sentence.replace('_', ' ')}: {count}"


def _check_audit(connection: apsw.Connection) -> Iterator[str]:
    broken = audit.first_broken_entry(connection)
    if broken is not None:
        yield f"the audit log was changed at entry {broken}"
