"""Translates what SQLite raises into the errors of Holdfast, once, here."""

from __future__ import annotations

from typing import NamedTuple

import apsw

from holdfast.errors import (
    BackendRejected,
    BackendUnavailable,
    HoldfastError,
    LimitExceeded,
    PermissionDenied,
)

SPOILS_THE_CONNECTION = (apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.InternalError)
"""After one of these, nothing that a connection has cached can be relied on."""


class _Meaning(NamedTuple):
    """What an SQLite error is called here, and what it tells the reader to do."""

    kind: type[HoldfastError]
    code: str
    advice: str


_MEANINGS: dict[tuple[type[apsw.Error], ...], _Meaning] = {
    (apsw.BusyError, apsw.LockedError): _Meaning(
        BackendUnavailable,
        "store_busy",
        "is locked by another process: try again, or stop the process that holds it",
    ),
    (apsw.FullError,): _Meaning(
        BackendUnavailable,
        "disk_full",
        "has no room left to grow: free some disk space; nothing of this call was written",
    ),
    (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError): _Meaning(
        PermissionDenied,
        "store_read_only",
        "cannot be written: give write access to the file and to its folder",
    ),
    (apsw.NotADBError,): _Meaning(
        BackendRejected,
        "not_a_store",
        "is not a Holdfast file, or is encrypted with another key: check the path and HOLDFAST_KEY",
    ),
    (apsw.CantOpenError,): _Meaning(
        BackendRejected,
        "store_unreadable",
        "cannot be opened: check that its folder exists and can be written",
    ),
    (apsw.CorruptError,): _Meaning(
        BackendRejected, "store_damaged", "is damaged: run 'holdfast doctor', then restore a backup"
    ),
    (apsw.TooBigError,): _Meaning(
        LimitExceeded, "value_too_big", "cannot hold a value of that size in one row: split it"
    ),
    (apsw.IOError,): _Meaning(
        BackendUnavailable,
        "store_io",
        "could not be read or written: check the disk; a write that failed is there whole or not at all",
    ),
    (apsw.ConnectionClosedError,): _Meaning(BackendRejected, "store_closed", "was closed: open it again"),
}
_IMPOSSIBLE = (ValueError, TypeError, OverflowError, KeyError, AttributeError)
_UNFORESEEN = _Meaning(BackendRejected, "store_rejected", "rejected the call")


def translate(error: apsw.Error, path: str) -> HoldfastError:
    """The Holdfast error that says what happened to the file and what to do."""
    meaning = next((found for kinds, found in _MEANINGS.items() if isinstance(error, kinds)), _UNFORESEEN)
    return meaning.kind(f"{path} {meaning.advice} ({error})", code=meaning.code, path=path)


class translated:  # noqa: N801 (read as a function; a generator takes four times as long, on every read)
    """Raise Holdfast's error for whatever SQLite raises inside."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, apsw.Error):
            raise translate(error, self._path) from error


class decoded:  # noqa: N801 (likewise)
    """Tell rows that no Holdfast can have written: SQLite keeps no checksums and passes damage on."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, _IMPOSSIBLE) and not isinstance(error, HoldfastError):
            raise BackendRejected(
                f"{self._path} holds what cannot be: run 'holdfast doctor', then restore a copy ({error})",
                code="store_damaged",
                path=self._path,
            ) from error
