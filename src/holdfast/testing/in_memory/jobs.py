"""Jobs without a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.job import Job, JobClaim, JobCounts, JobState, lost_too_often
from holdfast.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from holdfast.bell import Bell
    from holdfast.domain.job import Finish, JobError, NewJob
    from holdfast.testing.in_memory.data import Access, InMemoryData

UNFINISHED = frozenset({JobState.PENDING, JobState.RUNNING})


@dataclass(slots=True)
class Kept:
    """A job as it is kept, with who holds it, and whether it waits for another of its lane."""

    job: Job
    only: str | None
    blocked: bool
    token: str | None = None


class InMemoryJobQueue:
    """``JobQueue`` in Python objects."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def bell(self) -> Bell:
        return self._access.bells.jobs

    def add(self, jobs: Sequence[NewJob]) -> int:
        with self._access.use() as data:
            return add(data, jobs)

    def claim(
        self, kinds: Collection[str], *, now: datetime, lease_seconds: float, job_id: str | None = None
    ) -> JobClaim | None:
        with self._access.use() as data:
            while kept := _first_due(data, kinds, now, job_id):
                losses = kept.job.losses + (kept.job.state is JobState.RUNNING)
                fatal = lost_too_often(losses)
                if fatal is None:
                    return _take(kept, losses, now, now + timedelta(seconds=lease_seconds))
                kept.token = None
                kept.job = replace(kept.job, state=JobState.DEAD, losses=losses, updated_at=now, error=fatal)
                _open_lane(data, kept.job)
        return None

    def renew(self, claim: JobClaim, *, now: datetime, lease_seconds: float) -> None:
        with self._access.use() as data:
            kept = held(data, claim, JobState.RUNNING)
            kept.job = replace(kept.job, due_at=now + timedelta(seconds=lease_seconds))

    def finish(self, claim: JobClaim, *, now: datetime) -> None:
        with self._access.use() as data:
            kept = held(data, claim, JobState.RUNNING, JobState.DONE)
            if kept.job.state is JobState.RUNNING:
                settle(data, kept, now)

    def fail(self, claim: JobClaim, error: JobError, *, now: datetime, retry_at: datetime | None) -> None:
        with self._access.use() as data:
            kept = held(data, claim, JobState.RUNNING)
            kept.token = None
            kept.job = replace(
                kept.job,
                state=JobState.DEAD if retry_at is None else JobState.PENDING,
                due_at=retry_at or kept.job.due_at,
                updated_at=now,
                error=error,
            )
            if retry_at is None:
                _open_lane(data, kept.job)
            data.bells.jobs.ring()

    def give_back(
        self,
        claim: JobClaim,
        *,
        now: datetime,
        until: datetime | None = None,
        error: JobError | None = None,
    ) -> None:
        with self._access.use() as data:
            kept = held(data, claim, JobState.RUNNING)
            kept.token = None
            attempts = kept.job.attempts - 1
            kept.job = replace(
                kept.job,
                state=JobState.PENDING,
                attempts=attempts,
                due_at=until or now,
                updated_at=now,
                error=error or kept.job.error,
            )
            data.bells.jobs.ring()

    def get(self, job_id: str) -> Job:
        with self._access.use() as data:
            return _of_id(data, job_id).job

    def list(self, *, state: JobState | None, limit: int) -> tuple[Job, ...]:
        with self._access.use() as data:
            latest_first = [kept.job for kept in reversed(data.jobs) if state in {None, kept.job.state}]
        return tuple(latest_first[:limit])

    def counts(self, *, now: datetime) -> JobCounts:
        before = now - timedelta(seconds=limits.JOB_STUCK_SECONDS)
        with self._access.use() as data:
            states = [kept.job.state for kept in data.jobs]
            stuck = sum(
                job.due_at <= before and (job.attempts > 0 or job.due_at <= job.created_at)
                for job in (kept.job for kept in _claimable(data))
            )
        return JobCounts(**{state.value: states.count(state) for state in JobState}, stuck=stuck)

    def retry(self, job_id: str | None, *, now: datetime) -> int:
        with self._access.use() as data:
            dead = [kept for kept in data.jobs if kept.job.state is JobState.DEAD]
            if job_id is not None:
                dead = [_require_dead(_of_id(data, job_id))]
            for kept in dead:
                kept.blocked = _is_lane_busy(data, kept.job)
                kept.job = replace(
                    kept.job, state=JobState.PENDING, attempts=0, losses=0, due_at=now, updated_at=now
                )
            data.bells.jobs.ring()
        return len(dead)

    def prune(self, *, now: datetime, limit: int) -> int:
        before = now - timedelta(days=limits.JOBS_DONE_DAYS)
        with self._access.use() as data:
            done = [kept for kept in data.jobs if kept.job.state is JobState.DONE]
            dead = [kept for kept in data.jobs if kept.job.state is JobState.DEAD]
            many = len(done) - limits.JOBS_DONE_MAX
            old = [kept for n, kept in enumerate(done) if n < many or kept.job.updated_at <= before]
            old += dead[: max(0, len(dead) - limits.JOBS_DEAD_MAX)]
            gone = {id(kept) for kept in old[:limit]}
            data.jobs[:] = [kept for kept in data.jobs if id(kept) not in gone]
        return len(gone)


def add(data: InMemoryData, jobs: Sequence[NewJob]) -> int:
    """Ask for work; the number of jobs that were not asked for already."""
    added = sum(_add(data, job) for job in jobs)
    data.bells.jobs.ring()
    return added


def _add(data: InMemoryData, new: NewJob) -> bool:
    if new.only is not None and any(
        kept.only == new.only and kept.job.kind == new.kind and kept.job.state in UNFINISHED
        for kept in data.jobs
    ):
        return False
    job = Job(
        new.id, new.kind, new.payload, JobState.PENDING, new.lane, 0, 0, new.at, new.due_at, new.at, None
    )
    data.jobs.append(Kept(job, new.only, blocked=_is_lane_busy(data, job)))
    return True


def held(data: InMemoryData, claim: JobClaim, *states: JobState) -> Kept:
    """The job, if the token is still good and the job is in one of the states.

    Raises:
        Conflict: ``lease_lost``.
    """
    for kept in data.jobs:
        if kept.job.id == claim.job.id and kept.token == claim.token and kept.job.state in states:
            return kept
    raise Conflict(
        f"job {claim.job.id} is no longer this worker's: its lease ended and another worker has taken it, "
        "or it is settled already",
        code="lease_lost",
        job_id=claim.job.id,
    )


def finish_with(data: InMemoryData, finish: Finish) -> None:
    """The job is done by the change that was just written."""
    settle(data, held(data, finish.claim, JobState.RUNNING), finish.at)


def settle(data: InMemoryData, kept: Kept, now: datetime) -> None:
    """The job is done."""
    kept.job = replace(kept.job, state=JobState.DONE, updated_at=now, error=None)
    _open_lane(data, kept.job)
    data.bells.jobs.ring()


def _first_due(data: InMemoryData, kinds: Collection[str], now: datetime, job_id: str | None) -> Kept | None:
    due = [
        kept
        for kept in _claimable(data)
        if kept.job.kind in kinds and job_id in {None, kept.job.id} and _may_begin(kept.job, now, job_id)
    ]
    return min(due, key=lambda kept: kept.job.due_at, default=None)


def _may_begin(job: Job, now: datetime, job_id: str | None) -> bool:
    return job.due_at <= now or (job_id is not None and job.state is JobState.PENDING)


def _take(kept: Kept, losses: int, now: datetime, until: datetime) -> JobClaim:
    kept.token = secrets.token_hex(16)
    kept.job = replace(
        kept.job,
        state=JobState.RUNNING,
        attempts=kept.job.attempts + 1,
        losses=losses,
        due_at=until,
        updated_at=now,
    )
    return JobClaim(kept.job, kept.token)


def _claimable(data: InMemoryData) -> list[Kept]:
    return [kept for kept in data.jobs if kept.job.state in UNFINISHED and not kept.blocked]


def _lane(data: InMemoryData, job: Job) -> list[Kept]:
    """The unfinished jobs of the lane of a job, in the order of arrival."""
    return [
        kept
        for kept in data.jobs
        if job.lane is not None
        and (kept.job.kind, kept.job.lane) == (job.kind, job.lane)
        and kept.job.state in UNFINISHED
    ]


def _is_lane_busy(data: InMemoryData, job: Job) -> bool:
    return bool(_lane(data, job))


def _open_lane(data: InMemoryData, job: Job) -> None:
    for first in _lane(data, job)[:1]:
        first.blocked = False


def _of_id(data: InMemoryData, job_id: str) -> Kept:
    for kept in data.jobs:
        if kept.job.id == job_id:
            return kept
    raise NotFound(
        f"there is no job {job_id}: 'holdfast jobs' lists those there are",
        code="job_not_found",
        job_id=job_id,
    )


def _require_dead(kept: Kept) -> Kept:
    if kept.job.state is not JobState.DEAD:
        raise Conflict(
            f"job {kept.job.id} is {kept.job.state.value}: only dead letters are tried again",
            code="job_not_dead",
            job_id=kept.job.id,
        )
    return kept
