"""The exit codes: one table, the same in docs/command-line.md."""

from __future__ import annotations

from enum import IntEnum

from holdfast.errors import (
    BackendError,
    BackendUnavailable,
    Conflict,
    HoldfastError,
    InvalidInput,
    LimitExceeded,
    NotFound,
    PermissionDenied,
)


class Exit(IntEnum):
    """What a command answers to the shell."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INVALID_INPUT = 3
    NOT_FOUND = 4
    CONFLICT = 5
    LIMIT_EXCEEDED = 6
    PERMISSION_DENIED = 7
    BACKEND_UNAVAILABLE = 8
    BACKEND_REJECTED = 9
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


_BY_ERROR: tuple[tuple[type[HoldfastError], Exit], ...] = (
    (InvalidInput, Exit.INVALID_INPUT),
    (NotFound, Exit.NOT_FOUND),
    (Conflict, Exit.CONFLICT),
    (LimitExceeded, Exit.LIMIT_EXCEEDED),
    (PermissionDenied, Exit.PERMISSION_DENIED),
    (BackendUnavailable, Exit.BACKEND_UNAVAILABLE),
    (BackendError, Exit.BACKEND_REJECTED),
)


def exit_of(error: HoldfastError) -> Exit:
    """The exit code of an error, by its place in the tree."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.UNEXPECTED)


class Interrupted(Exception):
    """Ctrl+C during work that says what became of it."""


class OutputClosed(Exception):
    """Whoever read the output has gone, as ``| head`` does."""
