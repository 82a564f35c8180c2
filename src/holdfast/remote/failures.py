"""What can go wrong with a server of models, as errors of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from holdfast import limits
from holdfast.domain.quoting import quoted
from holdfast.errors import BackendError, BackendRejected, BackendUnavailable
from holdfast.remote.server import Server

_UNAUTHORISED = frozenset({401, 403})
_PAYMENT_REQUIRED = 402
_NOT_FOUND = 404
_REQUEST_TIMEOUT = 408
_RATE_LIMITED = 429
_SERVER_ERROR = 500


def unreachable(server: str, why: str) -> BackendUnavailable:
    """Nobody answers, or the connection broke off."""
    return BackendUnavailable(
        f"the model server {server} cannot be reached ({cut(why)}): start it, or correct its address",
        code="model_unreachable",
        server=server,
    )


def timed_out(server: str, seconds: float) -> BackendUnavailable:
    """No answer in time."""
    return BackendUnavailable(
        f"the model server {server} gave no answer within {seconds:g} seconds: try again later, or "
        "choose a smaller model",
        code="model_timeout",
        server=server,
        timeout_seconds=seconds,
    )


def rate_limited(server: str, retry_after_seconds: float | None) -> BackendUnavailable:
    """Too many requests."""
    wait = "later" if retry_after_seconds is None else f"in {retry_after_seconds:g} seconds"
    return BackendUnavailable(
        f"the model server {server} takes no more requests for now: try again {wait}",
        code="model_rate_limited",
        server=server,
        retry_after_seconds=retry_after_seconds,
    )


def failed(
    server: str, why: str, status: int | None = None, retry_after_seconds: float | None = None
) -> BackendUnavailable:
    """The server says that the fault is its own."""
    return BackendUnavailable(
        f"the model server {server} failed ({cut(why)}): try again later, or look at its log",
        code="model_failed",
        server=server,
        status=status,
        retry_after_seconds=retry_after_seconds,
    )


def access_denied(server: str, why: str) -> BackendRejected:
    """No key, or one that is not good for this."""
    return BackendRejected(
        f"the model server {server} denies access ({cut(why)}): give it a valid key",
        code="model_access_denied",
        server=server,
    )


def quota_exceeded(server: str, why: str) -> BackendRejected:
    """The account has nothing left."""
    return BackendRejected(
        f"the account at {server} has no credit left ({cut(why)}): top it up",
        code="model_quota_exceeded",
        server=server,
    )


def not_found(server: str, model: str, why: str) -> BackendRejected:
    """No such model, or no such address."""
    return BackendRejected(
        f"{server} does not serve the model {model} ({cut(why)}): install it there, or correct the name or "
        "the address",
        code="model_not_found",
        server=server,
        model=model,
    )


def request_rejected(server: str, why: str, status: int | None = None) -> BackendRejected:
    """The server does not take the request as it is."""
    return BackendRejected(
        f"the model server {server} rejects the request ({cut(why)}): the model may be unfit for it",
        code="model_request_rejected",
        server=server,
        status=status,
    )


def answer_unreadable(server: str, why: str) -> BackendRejected:
    """Something else than the API of such a server answers."""
    return BackendRejected(
        f"the answer of {server} is not that of a model server ({cut(why)}): correct its address",
        code="model_answer_unreadable",
        server=server,
    )


def too_large(server: str) -> BackendRejected:
    """An answer that is longer than any of a model server."""
    return answer_unreadable(server, f"it has more than {limits.MODEL_ANSWER_BYTES_MAX:,} bytes")


def of_status(
    status: int, server: Server, *, why: str, retry_after_seconds: float | None = None
) -> BackendError:
    """The error for an HTTP status that is no success."""
    said = f"{status}: {why}" if why else str(status)
    if status in _UNAUTHORISED:
        return access_denied(server.url, said)
    if status == _PAYMENT_REQUIRED:
        return quota_exceeded(server.url, said)
    if status == _NOT_FOUND:
        return not_found(server.url, server.model, said)
    if status == _RATE_LIMITED:
        return rate_limited(server.url, retry_after_seconds)
    if status >= _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return failed(server.url, said, status, retry_after_seconds)
    return request_rejected(server.url, said, status)


def read_retry_after(value: str | None) -> float | None:
    """The seconds in a ``Retry-After`` header (RFC 9110, section 10.2.3), bounded; None where it has none.

    Example:
        >>> read_retry_after("20"), read_retry_after("soon")
        (20.0, None)
    """
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return bounded_wait(float(value))
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return bounded_wait((aware - datetime.now(UTC)).total_seconds())


def bounded_wait(seconds: float | None) -> float | None:
    """How long a server may ask for patience."""
    return None if seconds is None else min(max(0.0, seconds), limits.MODEL_RETRY_AFTER_SECONDS_MAX)


def cut(why: str) -> str:
    """The beginning of a server's own words, on one line."""
    return quoted(why[: 4 * limits.MODEL_COMPLAINT_CHARACTERS_MAX])[: limits.MODEL_COMPLAINT_CHARACTERS_MAX]
