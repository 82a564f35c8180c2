"""Instants: aware, in UTC, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from holdfast.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS_KEPT = 64
Instant = datetime | str


def read_instant(value: Instant, *, what: str) -> datetime:
    """The instant in UTC that an aware datetime or an ISO 8601 text names.

    A text without an offset is read as UTC, because exported conversations commonly leave it off; a
    naive ``datetime`` is refused, because Python means local time by it in one place and UTC in another.

    Raises:
        InvalidInput: ``naive_datetime`` or ``invalid_instant``.

    Example:
        >>> read_instant("2023-05-08T13:56:00+02:00", what="at").isoformat()
        '2023-05-08T11:56:00+00:00'
    """
    if isinstance(value, datetime):
        return _aware(value, what)
    if isinstance(value, str):
        return _parse(value, what)
    raise InvalidInput(
        f"{what} must be an aware datetime or an ISO 8601 text, not {type(value).__name__}",
        code="invalid_instant",
    )


def _aware(value: datetime, what: str) -> datetime:
    if value.utcoffset() is None:
        raise InvalidInput(
            f"{what} has no time zone: give an aware datetime, for example datetime.now(timezone.utc)",
            code="naive_datetime",
        )
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"{what} lies outside the years 1 to 9999", code="invalid_instant") from error


def _parse(value: str, what: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{what} is not an ISO 8601 instant: {value[:40]!r}; write 2023-05-08T13:56:00Z",
            code="invalid_instant",
        ) from error


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970: exact, sortable, eight bytes at most."""
    return (instant - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=_INSTANTS_KEPT)  # a memory has the same instant in three or four places
def from_microseconds(microseconds: int) -> datetime:
    """The instant that many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


def iso(instant: datetime) -> str:
    """The instant as ISO 8601 text in UTC, with a ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
