"""Everything Holdfast raises on purpose.

::

    HoldfastError
    ├── InvalidInput        (also ValueError)   the call is wrong: change it
    ├── NotFound            (also LookupError)  no such thing in this scope
    ├── Conflict                                the thing changed meanwhile: read it again
    ├── LimitExceeded                           a bound of ``limits.py`` was reached
    ├── PermissionDenied    (also PermissionError)  wrong key, read-only, foreign scope
    └── BackendError                            what we stand on failed
        ├── BackendUnavailable                  may pass: try again
        └── BackendRejected                     will not pass by itself: repair, then try again

Every error has a stable ``code``, typed ``fields`` for programs, and a message that says what
happened, to what, and what to do about it.
"""

from collections.abc import Mapping
from types import MappingProxyType

FieldValue = str | int | float | bool | None


class HoldfastError(Exception):
    """The root of the tree: ``code`` is stable across releases, ``fields`` are the facts behind it."""

    code = "holdfast_error"

    def __init__(self, message: str, *, code: str | None = None, **fields: FieldValue) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields: Mapping[str, FieldValue] = MappingProxyType(fields)


class InvalidInput(HoldfastError, ValueError):
    """The call itself is wrong; the same call will always fail."""

    code = "invalid_input"


class NotFound(HoldfastError, LookupError):
    """No such thing in this scope; what exists elsewhere looks the same."""

    code = "not_found"


class Conflict(HoldfastError):
    """Somebody was faster, or the same key came with another body."""

    code = "conflict"


class LimitExceeded(HoldfastError):
    """A bound with a name in ``limits.py`` was reached; the fields say which and how far."""

    code = "limit_exceeded"


class PermissionDenied(HoldfastError, PermissionError):
    """A wrong key, a read-only place, or a scope that is not yours."""

    code = "permission_denied"


class BackendError(HoldfastError):
    """What Holdfast stands on (a file, a server, a model) failed."""

    code = "backend_error"


class BackendUnavailable(BackendError):
    """It may pass by itself: the same call may be tried again."""

    code = "backend_unavailable"


class BackendRejected(BackendError):
    """It will not pass by itself: something must be repaired first."""

    code = "backend_rejected"
