"""Work that outlives a process: what a job is, and when it is tried again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from holdfast import limits
from holdfast.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Payload: TypeAlias = Mapping[str, str | int | float | bool | None]
"""What a job is about: ids and numbers by name, never the words of a memory."""

WORKER_LOST = "worker_lost"
UNEXPECTED = "unexpected_error"

_KIND = re.compile(r"[a-z][a-z0-9_]*")
_NOTHING: Payload = MappingProxyType({})


class JobState(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class JobError:
    """Why an attempt failed: a stable code, and words that quote no memory."""

    code: str
    message: str


class NewJob(NamedTuple):
    """Work that is asked for. ``new_job`` makes one and checks it.

    Attributes:
        id: a UUIDv7.
        kind: which handler does it.
        payload: what it is about.
        at: when it is asked for.
        due_at: it is not begun before.
        lane: jobs of one kind and lane are done one at a time, in the order in which they were asked for.
        only: while a job of the kind with the same text is unfinished, asking again adds none.
    """

    id: str
    kind: str
    payload: Payload
    at: datetime
    due_at: datetime
    lane: str | None
    only: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is kept until it is done.

    Attributes:
        id: a UUIDv7.
        kind: which handler does it.
        payload: what it is about.
        state: where it stands.
        lane: jobs of one kind and lane are done one at a time, in the order in which they were asked for.
        attempts: how many times it was begun, those not counted that were given back untried.
        losses: how many of these ended with the worker gone.
        created_at: when it was asked for.
        due_at: when it may be begun; of a running one, when its lease ends.
        updated_at: when its state last changed.
        error: why the last attempt failed.
    """

    id: str
    kind: str
    payload: Payload
    state: JobState
    lane: str | None
    attempts: int
    losses: int
    created_at: datetime
    due_at: datetime
    updated_at: datetime
    error: JobError | None


class JobClaim(NamedTuple):
    """A job that one worker holds. The token is worth something until somebody else claims the job."""

    job: Job
    token: str


class Finish(NamedTuple):
    """That the change which carries this is the effect of a job, which is done with it."""

    claim: JobClaim
    at: datetime


@dataclass(frozen=True, slots=True)
class JobCounts:
    """How many jobs there are.

    Attributes:
        pending: those that wait.
        running: those that a worker holds.
        done: those that were finished and are still kept.
        dead: those that failed for good; ``retry`` brings them back.
        stuck: those that wait or run although they should have been begun, or begun again, an hour ago;
            what was asked for ahead of its time, such as periodic work, may wait for the next worker.
    """

    pending: int
    running: int
    done: int
    dead: int
    stuck: int


def new_job(
    kind: str,
    payload: Payload = _NOTHING,
    *,
    id: str,
    at: datetime,
    due_at: datetime | None = None,
    lane: str | None = None,
    only: str | None = None,
) -> NewJob:
    """A job that may be asked for.

    Raises:
        InvalidInput: ``invalid_job`` for a kind that is no lower-case word, or a payload that is not flat.
        LimitExceeded: ``job_too_large``.
    """
    _require_kind(kind)
    _require_payload(payload)
    for name in (lane, only):
        if name is not None and not 0 < len(name) <= limits.JOB_NAME_CHARACTERS_MAX:
            raise InvalidInput(
                f"lane and only are names of up to {limits.JOB_NAME_CHARACTERS_MAX} characters",
                code="invalid_job",
            )
    return NewJob(id, kind, MappingProxyType(dict(payload)), at, due_at or at, lane, only)


def read_job_state(state: str) -> JobState:
    """The state of that name.

    Raises:
        InvalidInput: ``invalid_job_state``.
    """
    try:
        return JobState(state)
    except ValueError as error:
        raise InvalidInput(
            f"no job is {state!r}; jobs are {', '.join(JobState)}", code="invalid_job_state"
        ) from error


def _require_kind(kind: str) -> None:
    if not _KIND.fullmatch(kind) or len(kind) > limits.JOB_NAME_CHARACTERS_MAX:
        raise InvalidInput(
            f"the kind of a job is a lower-case word such as 'extract', not {kind!r}", code="invalid_job"
        )


def _require_payload(payload: Payload) -> None:
    names: Iterable[object] = payload
    if not all(isinstance(name, str) for name in names) or not all(map(_is_plain, payload.values())):
        raise InvalidInput(
            "the payload of a job is flat: texts, finite numbers, True, False and None by name",
            code="invalid_job",
        )
    size = len(json.dumps(dict(payload)))
    if size > limits.JOB_PAYLOAD_BYTES_MAX:
        raise LimitExceeded(
            f"the payload of a job has {size} bytes, more than {limits.JOB_PAYLOAD_BYTES_MAX}: "
            "give ids, not what they stand for",
            code="job_too_large",
            size=size,
        )


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)  # JSON has no others
    return value is None or isinstance(value, str | int)


def job_error(code: str, message: str) -> JobError:
    """An error as it is kept: cut to a bound."""
    return JobError(code, message[: limits.JOB_ERROR_CHARACTERS_MAX])


def next_attempt(job: Job, *, now: datetime, chance: float, may_pass: bool) -> datetime | None:
    """When a job whose attempt failed is tried again; None when it has been tried often enough.

    The pause doubles with each attempt up to a bound; ``chance``, from 0 to 1, takes up to half of it off,
    so that jobs that failed together are not tried together. A failure that may pass by itself, such as
    a server that is away, is borne longer.
    """
    most = limits.JOB_OUTAGE_ATTEMPTS_MAX if may_pass else limits.JOB_ATTEMPTS_MAX
    if job.attempts >= most:
        return None
    doubled = limits.JOB_BACKOFF_SECONDS * 2.0 ** (job.attempts - 1)
    pause = min(doubled, limits.JOB_BACKOFF_SECONDS_MAX)
    return now + timedelta(seconds=pause * (1 - chance / 2))


def lost_too_often(losses: int) -> JobError | None:
    """Why a job whose worker vanished so many times is given up; None while it may be tried again."""
    if losses < limits.JOB_LOSSES_MAX:
        return None
    return job_error(
        WORKER_LOST,
        f"the process that ran it ended {losses} times before it was done: find out what ends it, "
        "then 'holdfast retry'",
    )
