"""Pydantic AI's errors as ours."""

from __future__ import annotations

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelTimeoutError,
    UserError,
)

from holdfast.errors import BackendError
from holdfast.remote import failures
from holdfast.remote.server import Server

_MISREAD = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What comes out of the client libraries when a server answers in another shape than theirs."""

TRANSLATED = (AgentRunError, UserError, *_MISREAD)
"""What a request raises."""


def translated(error: Exception, server: Server) -> BackendError:
    """The error of ours that says the same."""
    if isinstance(ours := _first_of_ours(error), BackendError):
        return ours
    match error:
        case ContentFilterError():
            return failures.request_rejected(server.url, error.message)
        case ModelAPIError() if not isinstance(error.__cause__, _MISREAD):
            return _of_the_server(error, server)
        case UserError():
            return failures.request_rejected(server.url, error.message)
        case AgentRunError():
            return failures.answer_unreadable(server.url, error.message)
        case _:
            return failures.answer_unreadable(server.url, str(error))


def _first_of_ours(error: BaseException | None) -> BaseException | None:
    """What our own connection raised inside the client libraries, who wrap it in theirs."""
    while error is not None and not isinstance(error, BackendError):
        error = error.__cause__
    return error


def _of_the_server(error: ModelAPIError, server: Server) -> BackendError:
    why = _words_of(error)
    wait = failures.bounded_wait(error.retry_after)
    for kind, ours in (
        ((ModelTimeoutError, ModelRequestTimeout), failures.timed_out(server.url, server.timeout_seconds)),
        (ModelConnectionError, failures.unreachable(server.url, why)),
        (ModelRateLimitError, failures.rate_limited(server.url, wait)),
        (ModelQuotaExceededError, failures.quota_exceeded(server.url, why)),
        (ModelAuthenticationError, failures.access_denied(server.url, why)),
        (ModelNotFoundError, failures.not_found(server.url, server.model, why)),
        (ModelRequestRejectedError, failures.request_rejected(server.url, why, _status_of(error))),
    ):
        if isinstance(error, kind):
            return ours
    status = _status_of(error)
    if status is None:
        return failures.answer_unreadable(server.url, why)
    return failures.of_status(status, server, why=why, retry_after_seconds=wait)


def is_about_the_form(error: AgentRunError) -> bool:
    """Whether the server refused the form of a request, such as its schema, and may take another."""
    return isinstance(error, ModelRequestRejectedError) and not isinstance(
        error, (ModelAuthenticationError, ModelContextWindowExceededError, ModelNotFoundError)
    )


def _status_of(error: ModelAPIError) -> int | None:
    """The HTTP status; that of a redirect is known to the client library only."""
    if isinstance(error, ModelHTTPError):
        return error.status_code
    status = getattr(error.__cause__, "status_code", None)
    return status if isinstance(status, int) else None


def _words_of(error: ModelAPIError) -> str:
    """The server's own words where it said any."""
    said = error.body.get("message") if isinstance(error.body, dict) else None
    return said if isinstance(said, str) else error.message
