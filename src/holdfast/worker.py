"""Runs pending jobs: claims one, keeps its lease while a handler is at work, and settles it."""

from __future__ import annotations

import atexit
import random
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeAlias

from holdfast import limits
from holdfast.domain.instant import read_instant
from holdfast.domain.job import UNEXPECTED, JobError, JobState, job_error, new_job, next_attempt
from holdfast.errors import BackendError, BackendUnavailable, Conflict, HoldfastError, InvalidInput
from holdfast.leases import LEASE_LOST, Leases

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.job import JobClaim
    from holdfast.ports import Clock, IdSource, JobQueue


class Handler(Protocol):
    """Does the jobs of one kind.

    To have its effect exactly once, a handler commits it with ``finishes=Finish(claim, now)``. One whose
    effect may be repeated just returns, and the worker finishes the job. What it raises makes the job be
    tried again, or a dead letter in the end; an error with a field ``again_at`` puts it off until then.
    ``Conflict`` with the code ``lease_lost`` is not to be caught.
    """

    def __call__(self, claim: JobClaim, /) -> object:
        """Do the job that the claim holds; what is returned is not looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """One attempt at a job, and what became of it.

    Attributes:
        job_id: the job.
        kind: its kind.
        attempt: which attempt it was.
        outcome: ``done``; ``dead``; ``pending`` when it will be tried again; or ``running`` when the lease
            was lost, so that nothing came of this attempt.
        error: why it failed.
        retry_at: when it is tried again.
    """

    job_id: str
    kind: str
    attempt: int
    outcome: JobState
    error: JobError | None = None
    retry_at: datetime | None = None


Observer: TypeAlias = Callable[[Ran], object]

_NO_PERIODS: Mapping[str, float] = MappingProxyType({})


class Worker:
    """Does jobs until it is told to stop. Several may work on one store, in one process or in many.

    Example:
        >>> from holdfast.adapters.system import SystemClock, Uuid7Source
        >>> from holdfast.testing import HashingEmbedder, open_in_memory
        >>> clock, ids = SystemClock(), Uuid7Source()
        >>> queue = open_in_memory(HashingEmbedder().identity).jobs
        >>> worker = Worker({"greet": lambda claim: print("hello")}, queue, clock=clock, ids=ids)
        >>> _ = queue.add([new_job("greet", id=ids.new_id(), at=clock.now())])
        >>> worker.run_once().outcome
        hello
        <JobState.DONE: 'done'>
        >>> worker.run_once() is None
        True
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        queue: JobQueue,
        *,
        clock: Clock,
        ids: IdSource,
        periods: Mapping[str, float] = _NO_PERIODS,
        concurrency: int = 1,
        lease_seconds: float = limits.JOB_LEASE_SECONDS,
        stop_seconds: float = limits.WORKER_STOP_SECONDS,
        observe: Observer | None = None,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            handlers: who does which kind of job. Jobs of other kinds are left alone.
            queue: where the jobs are.
            clock: where the time comes from.
            ids: where the ids of periodic jobs come from.
            periods: kinds that this worker asks for itself, with the seconds between two.
            concurrency: how many jobs run at a time, each in a thread.
            lease_seconds: for how long a job rests when the process dies.
            stop_seconds: how long ``run`` lets jobs go on once it is to stop.
            observe: hears of each attempt, from the thread that made it; it must not raise.

        Raises:
            InvalidInput: ``invalid_limit``.
        """
        if not 1 <= concurrency <= limits.WORKER_CONCURRENCY_MAX:
            raise InvalidInput(
                f"a worker runs 1 to {limits.WORKER_CONCURRENCY_MAX} jobs at a time, not {concurrency}",
                code="invalid_limit",
            )
        self._handlers = dict(handlers)
        self._queue = queue
        self._clock = clock
        self._ids = ids
        self._periods = dict(periods)
        self._owed: dict[str, datetime] = {}
        self._concurrency = concurrency
        self._stop_seconds = stop_seconds
        self._observe = observe
        self._stopping = threading.Event()
        self._leases = Leases(queue, clock, lease_seconds)

    def run_once(self) -> Ran | None:
        """Do one job that is due, in this thread; None when there is none."""
        with self._leases:
            return self._do_next()

    def run_job(self, job_id: str) -> Ran | None:
        """Do this job in this thread, also ahead of its time; None when it is settled or somebody has it."""
        with self._leases:
            return self._do_next(job_id)

    def run_all(self) -> int:
        """Ask for periodic work, then do jobs until none is due; the number of attempts."""
        self._owe_periodic_work()
        self._ask_for_what_is_owed()
        attempts = 0
        with self._leases:
            while not self._stopping.is_set() and self._do_next() is not None:
                attempts += 1
        return attempts

    def run(self) -> None:
        """Do jobs until ``stop`` is called; then let those at work end, or give them back.

        Raises:
            BackendError: when the store cannot be worked on any more.
        """
        self._owe_periodic_work()
        threads = [Loop(self._do_all_that_comes, f"holdfast-worker-{n}") for n in range(self._concurrency)]
        with self._leases:
            for thread in threads:
                thread.start()
            try:
                while not self._stopping.is_set() and all(thread.is_alive() for thread in threads):
                    self._ask_for_what_is_owed()
                    self._stopping.wait(limits.WORKER_POLL_SECONDS)
            finally:
                self._wind_up(threads)
        for thread in threads:
            if thread.error is not None:
                raise thread.error

    def stop(self) -> None:
        """Begin no further job. Returns at once; ``run`` returns when the jobs at work have ended."""
        self._stopping.set()
        self._queue.bell.ring()

    def _wind_up(self, threads: list[Loop]) -> None:
        self.stop()
        deadline = monotonic() + self._stop_seconds
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))
        self._leases.give_back_all()

    def _do_all_that_comes(self) -> None:
        while not self._stopping.is_set():
            heard = self._queue.bell.rings
            try:
                ran = self._do_next()
            except BackendUnavailable:  # a full disk, or a file that another holds: look again later
                ran = None
            if ran is None and not self._stopping.is_set():
                self._queue.bell.wait(heard, seconds=limits.WORKER_POLL_SECONDS)

    def _do_next(self, job_id: str | None = None) -> Ran | None:
        claim = self._leases.take(self._handlers, job_id)
        if claim is None:
            return None
        try:
            ran = self._attempt(claim)
        except (KeyboardInterrupt, SystemExit):
            with suppress(Conflict, BackendError):  # settled already; or the lease ends by itself
                self._queue.give_back(claim, now=self._clock.now())
            raise
        finally:
            self._leases.let_go(claim)
        if ran.kind in self._periods and ran.outcome in {JobState.DONE, JobState.DEAD}:
            self._owed[ran.kind] = self._clock.now() + timedelta(seconds=self._periods[ran.kind])
            self._ask_for_what_is_owed()
        if self._observe is not None:
            self._observe(ran)
        return ran

    def _attempt(self, claim: JobClaim) -> Ran:
        try:
            self._handlers[claim.job.kind](claim)
            self._queue.finish(claim, now=self._clock.now())
        except HoldfastError as error:
            if isinstance(error, Conflict) and error.code == LEASE_LOST:
                return _ran(claim, JobState.RUNNING)
            return self._fail(claim, error)
        except Exception as error:  # noqa: BLE001 (the outermost loop: a poisoned job must stop no other)
            return self._fail(claim, error)
        return _ran(claim, JobState.DONE)

    def _fail(self, claim: JobClaim, error: Exception) -> Ran:
        now, kept, put_off = self._clock.now(), told(error), again_at(error)
        retry_at = put_off or next_attempt(
            claim.job,
            now=now,
            chance=random.random(),  # noqa: S311 (spreads attempts, guards nothing)
            may_pass=isinstance(error, BackendUnavailable),
        )
        if retry_at is not None and put_off is None:
            retry_at = max(retry_at, now + _patience(error))
        try:
            if put_off is None:
                self._queue.fail(claim, kept, now=now, retry_at=retry_at)
            else:
                self._queue.give_back(claim, now=now, until=put_off, error=kept)
        except Conflict:
            return _ran(claim, JobState.RUNNING)
        return _ran(claim, JobState.DEAD if retry_at is None else JobState.PENDING, kept, retry_at)

    def _owe_periodic_work(self) -> None:
        self._owed = dict.fromkeys(self._periods, self._clock.now())

    def _ask_for_what_is_owed(self) -> None:
        """Ask for periodic work that nobody has asked for; what cannot be asked for now stays owed."""
        now = self._clock.now()
        for kind, due_at in list(self._owed.items()):
            job = new_job(kind, id=self._ids.new_id(), at=now, due_at=due_at, only=kind)
            with suppress(BackendUnavailable):
                self._queue.add([job])
                self._owed.pop(kind, None)


class WorkerThread:
    """A worker beside the program that uses the store. It ends with the program, and does not keep it."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._thread = Loop(worker.run, "holdfast-worker")
        atexit.register(
            self.stop
        )  # a thread that is at work in a library when the interpreter goes may crash
        self._thread.start()

    def stop(self) -> None:
        """Let the job at work end, for a short time, or give it back."""
        atexit.unregister(self.stop)
        self._worker.stop()
        self._thread.join(2 * limits.WORKER_EXIT_SECONDS)


class Loop(threading.Thread):
    """A thread that keeps no program from ending, and keeps what the store raised."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self.error: BackendError | None = None

    def run(self) -> None:
        """Work until it is done, or the store is."""
        try:
            self._work()
        except BackendError as error:
            self.error = error


def told(error: Exception) -> JobError:
    """An error as a job keeps it. Words of other libraries may quote a memory, and are left out."""
    if isinstance(error, HoldfastError):
        return job_error(error.code, error.message)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return job_error(UNEXPECTED, f"{type(error).__name__}{where}")


def again_at(error: Exception) -> datetime | None:
    """Until when an error puts its job off, as its field ``again_at`` says: that costs the job no attempt."""
    given = error.fields.get("again_at") if isinstance(error, HoldfastError) else None
    return read_instant(given, what="again_at") if isinstance(given, str) else None


def _patience(error: Exception) -> timedelta:
    """How long a server asked to be left alone."""
    given = error.fields.get("retry_after_seconds") if isinstance(error, HoldfastError) else None
    seconds = given if isinstance(given, (int, float)) else 0.0
    return timedelta(seconds=min(max(seconds, 0.0), limits.MODEL_RETRY_AFTER_SECONDS_MAX))


def _ran(
    claim: JobClaim, outcome: JobState, error: JobError | None = None, retry_at: datetime | None = None
) -> Ran:
    return Ran(claim.job.id, claim.job.kind, claim.job.attempts, outcome, error, retry_at)
