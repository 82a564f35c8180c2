"""Translates what SQLite raises into the errors of Holdfast, once, here."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from holdfast.errors import (
    BackendError,
    BackendRejected,
    BackendUnavailable,
    LimitExceeded,
    PermissionDenied,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOILS_THE_CONNECTION = (apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.InternalError)
"""After one of these, nothing that a connection has cached can be relied on."""


def translate(error: apsw.Error, path: str) -> BackendError | LimitExceeded | PermissionDenied:
    """The Holdfast error that says what happened to the file and what to do."""
    match error:
        case apsw.BusyError() | apsw.LockedError():
            return BackendUnavailable(
                f"{path} is locked by another process: try again, or stop the process that holds it",
                code="store_busy",
                path=path,
            )
        case apsw.FullError():
            return BackendUnavailable(
                f"no room left for {path}: free some disk space; nothing of this call was written",
                code="disk_full",
                path=path,
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.AuthError():
            return PermissionDenied(
                f"{path} cannot be written: give write access to the file and to its folder",
                code="store_read_only",
                path=path,
            )
        case apsw.NotADBError():
            return BackendRejected(
                f"{path} is not a Holdfast file, or it is encrypted with another key: "
                "check the path, and the key in HOLDFAST_KEY",
                code="not_a_store",
                path=path,
            )
        case apsw.CantOpenError():
            return BackendRejected(
                f"{path} cannot be opened: check that its folder exists and can be written",
                code="store_unreadable",
                path=path,
            )
        case apsw.CorruptError():
            return BackendRejected(
                f"{path} is damaged: run 'holdfast doctor', then restore a backup",
                code="store_damaged",
                path=path,
            )
        case apsw.TooBigError():
            return LimitExceeded("a value is too big for one row of the store", code="value_too_big")
        case apsw.IOError():
            return BackendUnavailable(
                f"reading or writing {path} failed ({error}): check the disk; nothing of this call was written",
                code="store_io",
                path=path,
            )
        case _:
            return BackendRejected(
                f"{path}: {type(error).__name__}: {error}", code="store_rejected", path=path
            )


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Raise Holdfast's error for whatever SQLite raises inside."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error, path) from error
