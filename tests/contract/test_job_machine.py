"""Workers that claim, crash, come too late and try again, against a model: no job has its effect twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from holdfast import limits
from holdfast.domain.instant import EPOCH
from holdfast.domain.job import Finish, Job, JobClaim, JobState, job_error, new_job
from holdfast.errors import Conflict
from holdfast.ports import Remember
from holdfast.testing import CountingIds, HashingEmbedder
from holdfast.testing.contracts import Place
from holdfast.testing.contracts.scribe import Scribe, as_message
from tests.contract.places import sqlite_in_memory, twin

EMBEDDER = HashingEmbedder()
LEASE_SECONDS = 60.0
FAULT = job_error("model_failed", "the model answered no JSON")
UNFINISHED = {JobState.PENDING, JobState.RUNNING}

kinds = st.sampled_from(["extract", "promote"])
lanes = st.sampled_from([None, "ana", "bob"])
indices = st.integers(0, 5)


@dataclass
class Expected:
    """A job as it should be."""

    order: int
    id: str
    kind: str
    lane: str | None
    due_at: datetime
    blocked: bool
    state: JobState = JobState.PENDING
    attempts: int = 0
    losses: int = 0
    token: str | None = None
    effects: int = 0


@dataclass
class Model:
    """All jobs as they should be."""

    jobs: list[Expected] = field(default_factory=list)

    def lane_of(self, job: Expected) -> list[Expected]:
        return [
            other
            for other in self.jobs
            if job.lane is not None
            and (other.kind, other.lane) == (job.kind, job.lane)
            and other.state in UNFINISHED
        ]

    def settle(self, job: Expected, state: JobState) -> None:
        job.state = state
        for first in self.lane_of(job)[:1]:
            first.blocked = False

    def claim(self, wanted: set[str], now: datetime) -> Expected | None:
        while due := [
            job
            for job in self.jobs
            if job.kind in wanted and job.state in UNFINISHED and not job.blocked and job.due_at <= now
        ]:
            job = min(due, key=lambda job: (job.due_at, job.order))
            job.losses += job.state is JobState.RUNNING
            if job.losses < limits.JOB_LOSSES_MAX:
                job.state, job.due_at = JobState.RUNNING, now + timedelta(seconds=LEASE_SECONDS)
                job.attempts += 1
                return job
            job.token = None
            self.settle(job, JobState.DEAD)
        return None

    def held_by(self, claim: JobClaim) -> Expected | None:
        return next(
            (job for job in self.jobs if job.token == claim.token and job.state is JobState.RUNNING), None
        )


def as_seen(job: Job | Expected) -> tuple[JobState, int, int, datetime]:
    return job.state, job.attempts, job.losses, job.due_at


class JobMachine(RuleBasedStateMachine):
    """Claims are kept for ever: a worker that was thought dead may come back with an old one at any time."""

    new_place: Callable[[], Place]

    def __init__(self) -> None:
        super().__init__()
        self.backend = self.new_place()(EMBEDDER.identity)
        self.queue = self.backend.jobs
        self.scribe = Scribe(self.backend, EMBEDDER)
        self.ids = CountingIds()
        self.model = Model()
        self.claims: list[JobClaim] = []
        self.now = EPOCH + timedelta(days=20_000)

    def teardown(self) -> None:
        assert self.backend.store.check() == ()
        self.backend.store.close()

    @rule(kind=kinds, lane=lanes, delay=st.sampled_from([0, 0, 30]))
    def ask(self, kind: str, lane: str | None, delay: int) -> None:
        due_at = self.now + timedelta(seconds=delay)
        new = new_job(kind, id=self.ids.new_id(), at=self.now, due_at=due_at, lane=lane)
        self.queue.add([new])
        job = Expected(len(self.model.jobs), new.id, kind, lane, due_at, blocked=False)
        job.blocked = bool(self.model.lane_of(job))
        self.model.jobs.append(job)

    @rule(wanted=st.sets(kinds, min_size=1))
    def claim(self, wanted: set[str]) -> None:
        claim = self.queue.claim(wanted, now=self.now, lease_seconds=LEASE_SECONDS)
        expected = self.model.claim(wanted, self.now)
        assert (claim and claim.job.id) == (expected and expected.id)
        if claim is not None and expected is not None:
            assert claim.token not in {earlier.token for earlier in self.claims}
            assert (claim.job.attempts, claim.job.losses) == (expected.attempts, expected.losses)
            expected.token = claim.token
            self.claims.append(claim)

    @rule(seconds=st.sampled_from([1, 29, 60, 200]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.claims)
    @rule(index=indices)
    def have_the_effect(self, index: int) -> None:
        claim, held = self.pick(index)
        job = next(job for job in self.model.jobs if job.id == claim.job.id)
        episode = self.scribe.episode(as_message(f"{job.id} {len(self.scribe.shown())}"))
        new = self.scribe.new(self.scribe.memory(episode, 0), episode.messages[0])
        change = Remember(episode, (new,))
        if self.is_refused(lambda: self.backend.store.commit(change, finishes=Finish(claim, self.now)), held):
            return
        job.effects += 1
        self.model.settle(job, JobState.DONE)

    @precondition(lambda self: self.claims)
    @rule(index=indices)
    def finish(self, index: int) -> None:
        claim, held = self.pick(index)
        job = next(job for job in self.model.jobs if job.id == claim.job.id)
        if job.token == claim.token and job.state is JobState.DONE:
            self.queue.finish(claim, now=self.now)  # once more
        elif not self.is_refused(lambda: self.queue.finish(claim, now=self.now), held):
            self.model.settle(job, JobState.DONE)

    @precondition(lambda self: self.claims)
    @rule(index=indices, again=st.booleans())
    def fail(self, index: int, *, again: bool) -> None:
        claim, held = self.pick(index)
        retry_at = self.now + timedelta(seconds=30) if again else None
        if self.is_refused(lambda: self.queue.fail(claim, FAULT, now=self.now, retry_at=retry_at), held):
            return
        assert held is not None
        held.token = None
        if retry_at is None:
            self.model.settle(held, JobState.DEAD)
        else:
            held.state, held.due_at = JobState.PENDING, retry_at

    @precondition(lambda self: self.claims)
    @rule(index=indices)
    def renew(self, index: int) -> None:
        claim, held = self.pick(index)
        if not self.is_refused(
            lambda: self.queue.renew(claim, now=self.now, lease_seconds=LEASE_SECONDS), held
        ):
            assert held is not None
            held.due_at = self.now + timedelta(seconds=LEASE_SECONDS)

    @precondition(lambda self: self.claims)
    @rule(index=indices)
    def give_back(self, index: int) -> None:
        claim, held = self.pick(index)
        if not self.is_refused(lambda: self.queue.give_back(claim, now=self.now), held):
            assert held is not None
            held.state, held.due_at, held.token = JobState.PENDING, self.now, None
            held.attempts -= 1

    @rule()
    def retry_all(self) -> None:
        dead = [job for job in self.model.jobs if job.state is JobState.DEAD]
        assert self.queue.retry(None, now=self.now) == len(dead)
        for job in dead:
            job.blocked = bool(self.model.lane_of(job))
            job.state, job.due_at, job.attempts, job.losses = JobState.PENDING, self.now, 0, 0

    @invariant()
    def jobs_are_as_expected(self) -> None:
        found = {job.id: job for job in self.queue.list(state=None, limit=1_000)}
        assert {
            job_id: (job.state, job.attempts, job.losses, job.due_at) for job_id, job in found.items()
        } == {job.id: (job.state, job.attempts, job.losses, job.due_at) for job in self.model.jobs}

    @invariant()
    def no_job_has_its_effect_twice(self) -> None:
        told = [text.split()[0] for text in self.scribe.shown()]
        assert sorted(told) == sorted(job.id for job in self.model.jobs for _ in range(job.effects))
        assert len(told) == len(set(told))

    @invariant()
    def no_lane_runs_two(self) -> None:
        running = [
            (job.kind, job.lane) for job in self.model.jobs if job.state is JobState.RUNNING and job.lane
        ]
        assert len(running) == len(set(running))

    def pick(self, index: int) -> tuple[JobClaim, Expected | None]:
        """One of the latest claims, and the job if it is still its holder's."""
        claim = self.claims[-1 - index % len(self.claims)]
        return claim, self.model.held_by(claim)

    def is_refused(self, work: Callable[[], Any], held: Expected | None) -> bool:
        """Whether the work was refused, as it must be where nothing is held."""
        refused_with = None
        try:
            work()
        except Conflict as conflict:
            refused_with = conflict.code
        assert refused_with == (None if held else "lease_lost")
        return refused_with is not None


@pytest.mark.timeout(1_200)  # a thousand examples of many steps
@pytest.mark.parametrize("new_place", [twin, sqlite_in_memory])
def test_jobs_behave_as_the_model(new_place: Callable[[], Place]) -> None:
    class Machine(JobMachine):
        pass

    Machine.new_place = staticmethod(new_place)
    run_state_machine_as_test(Machine)
