"""Pydantic AI's errors as ours."""

from __future__ import annotations

from pydantic_ai.exceptions import (
    AgentRunError,
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
from holdfast.remote.http import Server

TRANSLATED = (AgentRunError, UserError)
"""What its requests raise."""


def translated(error: AgentRunError | UserError, server: Server) -> BackendError:
    """The error of ours that says the same."""
    if isinstance(error, ModelAPIError):
        return _of_the_server(error, server)
    if isinstance(error, UserError):
        return failures.request_rejected(server.url, error.message)
    return failures.answer_unreadable(server.url, error.message)


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
    return failures.failed(server.url, why, _status_of(error), wait)


def is_about_the_form(error: AgentRunError | UserError) -> bool:
    """Whether the server refused the form of a request, such as its schema, and may take another."""
    return isinstance(error, ModelRequestRejectedError) and not isinstance(
        error, (ModelAuthenticationError, ModelContextWindowExceededError, ModelNotFoundError)
    )


def _status_of(error: ModelAPIError) -> int | None:
    return error.status_code if isinstance(error, ModelHTTPError) else None


def _words_of(error: ModelAPIError) -> str:
    """The server's own words where it said any."""
    said = error.body.get("message") if isinstance(error.body, dict) else None
    return said if isinstance(said, str) else error.message
