"""What a job of a language model is about: an episode, and the messages of it that are still to be read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.instant import iso, read_instant
from holdfast.domain.job import Job, NewJob, new_job

if TYPE_CHECKING:
    from typing import Any

    from holdfast.domain.job import Payload

EXTRACT = "extract"
"""The kind of these jobs."""


class Errand(NamedTuple):
    """One portion of an episode to be read.

    Attributes:
        episode_id: the episode.
        first: the position of the first message that is not read yet.
        expires_at: when what is derived expires, as what was said does.
        is_answered: whether an idempotency key was kept with the episode.
    """

    episode_id: str
    first: int = 0
    expires_at: datetime | None = None
    is_answered: bool = False


def extract_job(errand: Errand, *, id: str, at: datetime, due_at: datetime | None = None) -> NewJob:
    """The job of an errand. That of an episode's first portion bears the id of the episode."""
    payload: Payload = {
        "episode_id": errand.episode_id,
        "first": errand.first,
        "expires_at": None if errand.expires_at is None else iso(errand.expires_at),
        "is_answered": errand.is_answered,
    }
    return new_job(EXTRACT, payload, id=id, at=at, due_at=due_at)


def read_errand(job: Job) -> Errand:
    """The errand of a job."""
    given: dict[str, Any] = dict(job.payload)
    expiry = given.get("expires_at")
    return Errand(
        str(given["episode_id"]),
        int(given.get("first", 0)),
        None if expiry is None else read_instant(expiry, what="expires_at"),
        bool(given.get("is_answered", False)),
    )
