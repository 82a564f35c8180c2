"""Jobs in the same file as what they are about, so that both are written in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.adapters.sqlite import job_rows
from holdfast.domain.job import JobCounts, JobState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.bell import Bell
    from holdfast.domain.job import Job, JobClaim, JobError, NewJob


class SqliteJobQueue:
    """``JobQueue`` on one SQLite file."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    @property
    def bell(self) -> Bell:
        return self._bell

    def add(self, jobs: Sequence[NewJob]) -> int:
        added = self._database.write(lambda connection: job_rows.add(connection, jobs))
        self._bell.ring()
        return added

    def claim(
        self, kinds: Collection[str], *, now: datetime, lease_seconds: float, job_id: str | None = None
    ) -> JobClaim | None:
        """Take a job. Looking first costs an idle worker a read where claiming would lock the file."""
        wanted = job_rows.Wanted(tuple(kinds), job_id)
        if not self._database.read(lambda connection: job_rows.is_due(connection, wanted, now)):
            return None
        return self._database.write(
            lambda connection: job_rows.claim(connection, wanted, now=now, lease_seconds=lease_seconds)
        )

    def renew(self, claim: JobClaim, *, now: datetime, lease_seconds: float) -> None:
        until = now + timedelta(seconds=lease_seconds)
        self._database.write(lambda connection: job_rows.renew(connection, claim, until=until))

    def finish(self, claim: JobClaim, *, now: datetime) -> None:
        self._database.write(lambda connection: job_rows.finish(connection, claim, now=now))
        self._ring_for_the_lane(claim)

    def fail(self, claim: JobClaim, error: JobError, *, now: datetime, retry_at: datetime | None) -> None:
        self._database.write(
            lambda connection: job_rows.fail(connection, claim, error, now=now, retry_at=retry_at)
        )
        self._ring_for_the_lane(claim)

    def give_back(
        self,
        claim: JobClaim,
        *,
        now: datetime,
        until: datetime | None = None,
        error: JobError | None = None,
    ) -> None:
        self._database.write(
            lambda connection: job_rows.give_back(connection, claim, now=now, until=until or now, error=error)
        )
        self._bell.ring()

    def get(self, job_id: str) -> Job:
        return self._database.read(lambda connection: job_rows.job_of_id(connection, job_id))

    def list(self, *, state: JobState | None, limit: int) -> tuple[Job, ...]:
        return tuple(self._database.read(lambda connection: job_rows.jobs_in_state(connection, state, limit)))

    def counts(self, *, now: datetime) -> JobCounts:
        before = now - timedelta(seconds=limits.JOB_STUCK_SECONDS)

        def work(connection: apsw.Connection) -> JobCounts:
            found = job_rows.counts(connection)
            stuck = job_rows.stuck_count(connection, before=before)
            return JobCounts(**{state.value: found.get(state, 0) for state in JobState}, stuck=stuck)

        return self._database.read(work)

    def retry(self, job_id: str | None, *, now: datetime) -> int:
        revived = self._database.write(lambda connection: job_rows.retry(connection, job_id, now=now))
        self._bell.ring()
        return revived

    def prune(self, *, now: datetime, limit: int) -> int:
        return self._database.write(lambda connection: job_rows.prune(connection, now=now, limit=limit))

    def _ring_for_the_lane(self, claim: JobClaim) -> None:
        if claim.job.lane is not None:
            self._bell.ring()
