"""What is done to the rows of jobs, inside the transaction that is given."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.adapters.sqlite.rows import Row, from_blob, to_blob
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import from_microseconds, to_microseconds
from holdfast.domain.job import Job, JobClaim, JobError, JobState, lost_too_often
from holdfast.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from holdfast.domain.job import Finish, NewJob

_SQL = read_statements("jobs.sql")
_TOKEN_BYTES = 16
_BURIED_PER_CLAIM = 100


class Held(NamedTuple):
    """A job that the bearer of a token has, or has finished."""

    key: int
    state: str
    kind: str
    lane: str | None


def add(connection: apsw.Connection, jobs: Iterable[NewJob]) -> int:
    """Ask for work; the number of jobs that were not asked for already."""
    return sum(_insert(connection, job) for job in jobs)


def _insert(connection: apsw.Connection, job: NewJob) -> int:
    connection.execute(
        _SQL["insert_job"],
        (
            to_blob(job.id), job.kind, job.lane, job.only,
            json.dumps(dict(job.payload), ensure_ascii=False, separators=(",", ":")),
            to_microseconds(job.at), to_microseconds(job.due_at),
        ),
    )  # fmt: skip
    return connection.changes()


class Wanted(NamedTuple):
    """Which jobs a claim is for: those of these kinds, or of them the one with this id."""

    kinds: tuple[str, ...]
    job_id: str | None = None


def is_due(connection: apsw.Connection, wanted: Wanted, now: datetime) -> bool:
    """Whether a claim would find anything."""
    return _first_due(connection, wanted, now) is not None


def claim(
    connection: apsw.Connection, wanted: Wanted, *, now: datetime, lease_seconds: float
) -> JobClaim | None:
    """Take the job that has been due for longest, and bury on the way what was lost too often."""
    for _ in range(_BURIED_PER_CLAIM):
        found = _first_due(connection, wanted, now)
        if found is None:
            return None
        key, state, losses = found
        losses += state == JobState.RUNNING
        fatal = lost_too_often(losses)
        if fatal is None:
            return _take(connection, key, losses, now=now, until=now + timedelta(seconds=lease_seconds))
        _bury(connection, key, losses, fatal, now)
    return None


def _first_due(connection: apsw.Connection, wanted: Wanted, now: datetime) -> tuple[int, str, int] | None:
    at = to_microseconds(now)
    found: list[Row] = (
        [row for kind in wanted.kinds for row in connection.execute(_SQL["first_due"], (kind, at)).fetchall()]
        if wanted.job_id is None
        else connection.execute(
            _SQL["claimable_by_id"], (to_blob(wanted.job_id), json.dumps(wanted.kinds), at)
        ).fetchall()
    )
    if not found:
        return None
    _, key, state, losses = min(found)
    return key, state, losses


def _take(connection: apsw.Connection, key: int, losses: int, *, now: datetime, until: datetime) -> JobClaim:
    token = os.urandom(_TOKEN_BYTES)
    connection.execute(_SQL["claim"], (key, token, to_microseconds(until), to_microseconds(now), losses))
    (job,) = read_jobs(connection, "WHERE key = ?", (key,))
    return JobClaim(job, token.hex())


def _bury(connection: apsw.Connection, key: int, losses: int, fatal: JobError, now: datetime) -> None:
    (job,) = read_jobs(connection, "WHERE key = ?", (key,))
    connection.execute(_SQL["bury"], (key, to_microseconds(now), losses, fatal.code, fatal.message))
    _open_lane(connection, job.kind, job.lane)


def held(connection: apsw.Connection, claim: JobClaim, *states: JobState) -> Held:
    """The row of a job, if the token is still good and the job is in one of the states.

    Raises:
        Conflict: ``lease_lost``.
    """
    row: Row | None = connection.execute(
        _SQL["holder"], (to_blob(claim.job.id), bytes.fromhex(claim.token))
    ).fetchone()
    if row is None or row[1] not in states:
        raise Conflict(
            f"job {claim.job.id} is no longer this worker's: its lease ended and another worker has taken "
            "it, or it is settled already",
            code="lease_lost",
            job_id=claim.job.id,
        )
    return Held(*row)


def renew(connection: apsw.Connection, claim: JobClaim, *, until: datetime) -> None:
    """Move the end of a lease."""
    connection.execute(_SQL["renew"], (held(connection, claim, JobState.RUNNING).key, to_microseconds(until)))


def finish(connection: apsw.Connection, claim: JobClaim, *, now: datetime) -> None:
    """The job is done, if it was not already by the same token."""
    found = held(connection, claim, JobState.RUNNING, JobState.DONE)
    if found.state == JobState.RUNNING:
        _settle(connection, found, now)


def finish_with(connection: apsw.Connection, finish: Finish) -> None:
    """The job is done by the change in this transaction, of which there must be no second."""
    _settle(connection, held(connection, finish.claim, JobState.RUNNING), finish.at)


def _settle(connection: apsw.Connection, found: Held, now: datetime) -> None:
    connection.execute(_SQL["finish"], (found.key, to_microseconds(now)))
    _open_lane(connection, found.kind, found.lane)


def fail(
    connection: apsw.Connection, claim: JobClaim, error: JobError, *, now: datetime, retry_at: datetime | None
) -> None:
    """Try again at that time, or never."""
    found = held(connection, claim, JobState.RUNNING)
    again = None if retry_at is None else to_microseconds(retry_at)
    connection.execute(_SQL["fail"], (found.key, to_microseconds(now), again, error.code, error.message))
    if again is None:
        _open_lane(connection, found.kind, found.lane)


def give_back(
    connection: apsw.Connection,
    claim: JobClaim,
    *,
    now: datetime,
    until: datetime,
    error: JobError | None,
) -> None:
    """As if it had not been begun."""
    found = held(connection, claim, JobState.RUNNING)
    told = (None, None) if error is None else (error.code, error.message)
    connection.execute(_SQL["give_back"], (found.key, to_microseconds(now), to_microseconds(until), *told))


def _open_lane(connection: apsw.Connection, kind: str, lane: str | None) -> None:
    if lane is not None:
        connection.execute(_SQL["open_lane"], (kind, lane))


def retry(connection: apsw.Connection, job_id: str | None, *, now: datetime) -> int:
    """Bring dead letters back; their number."""
    identifier = None if job_id is None else to_blob(job_id)
    if job_id is not None:
        _require_dead(connection, job_id)
    rows: list[Row] = connection.execute(_SQL["dead_jobs"], (identifier,)).fetchall()
    for key, _, _ in rows:
        connection.execute(_SQL["revive"], (key, to_microseconds(now)))
    return len(rows)


def _require_dead(connection: apsw.Connection, job_id: str) -> None:
    job = job_of_id(connection, job_id)
    if job.state is not JobState.DEAD:
        raise Conflict(
            f"job {job_id} is {job.state.value}: only dead letters are tried again",
            code="job_not_dead",
            job_id=job_id,
        )


def prune(connection: apsw.Connection, *, now: datetime, limit: int) -> int:
    """Delete old jobs; their number."""
    before = to_microseconds(now - timedelta(days=limits.JOBS_DONE_DAYS))
    connection.execute(_SQL["prune_done"], (before, limits.JOBS_DONE_MAX, limit))
    done = connection.changes()
    connection.execute(_SQL["prune_dead"], (limits.JOBS_DEAD_MAX, limit - done))
    return done + connection.changes()


def counts(connection: apsw.Connection) -> dict[JobState, int]:
    """How many jobs are in each state."""
    rows: list[Row] = connection.execute(_SQL["counts"]).fetchall()
    return {JobState(state): number for state, number in rows}


def stuck_count(connection: apsw.Connection, *, before: datetime) -> int:
    """How many could have been begun before this instant."""
    number: int = connection.execute(_SQL["stuck"], (to_microseconds(before),)).get
    return number


def jobs_in_state(connection: apsw.Connection, state: JobState | None, limit: int) -> list[Job]:
    """The latest jobs."""
    return read_jobs(connection, _SQL["jobs_in_state"], (None if state is None else state.value, limit))


def job_of_id(connection: apsw.Connection, job_id: str) -> Job:
    """The job with this id.

    Raises:
        NotFound: ``job_not_found``.
    """
    for job in read_jobs(connection, "WHERE id = ?", (to_blob(job_id),)):
        return job
    raise NotFound(
        f"there is no job {job_id}: 'holdfast jobs' lists those there are",
        code="job_not_found",
        job_id=job_id,
    )


def read_jobs(connection: apsw.Connection, condition: str, values: Sequence[apsw.SQLiteValue]) -> list[Job]:
    """The jobs for which the condition holds."""
    rows: list[Row] = connection.execute(f"{_SQL['job_columns']} {condition}", values).fetchall()
    return [_to_job(row) for row in rows]


def _to_job(row: Row) -> Job:
    (
        identifier, kind, payload, state, lane, attempts, losses, created_at, due_at, updated_at, code,
        message,
    ) = row  # fmt: skip
    return Job(
        id=from_blob(identifier),
        kind=kind,
        payload=MappingProxyType(json.loads(payload)),
        state=JobState(state),
        lane=lane,
        attempts=attempts,
        losses=losses,
        created_at=from_microseconds(created_at),
        due_at=from_microseconds(due_at),
        updated_at=from_microseconds(updated_at),
        error=None if code is None else JobError(code, message),
    )
