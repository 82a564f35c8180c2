"""The worker: what becomes of a job when its handler returns, raises, dawdles, or loses it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from holdfast import Holdfast, JobState, limits
from holdfast.adapters.system import SystemClock, Uuid7Source
from holdfast.domain.job import JobClaim, JobCounts, JobError, NewJob, new_job
from holdfast.errors import BackendRejected, BackendUnavailable, InvalidInput, LimitExceeded
from holdfast.ports import JobQueue
from holdfast.testing import FrozenClock, HashingEmbedder, InMemoryJobQueue, open_in_memory
from holdfast.worker import Handler, Ran, Worker

PATIENCE_SECONDS = 10.0


@dataclass
class Bench:
    """A queue, the attempts that were seen, and jobs by number."""

    queue: JobQueue
    clock: FrozenClock | SystemClock
    ids: Uuid7Source = field(default_factory=Uuid7Source)
    seen: list[Ran] = field(default_factory=list)

    def add(self, kind: str = "note", *, lane: str | None = None, **payload: int) -> str:
        job = new_job(kind, payload, id=self.ids.new_id(), at=self.clock.now(), lane=lane)
        self.queue.add([job])
        return job.id

    def worker(self, handlers: dict[str, Handler], **options: float) -> Worker:
        return Worker(
            handlers,
            self.queue,
            clock=self.clock,
            ids=self.ids,
            observe=self.seen.append,
            **options,  # type: ignore[arg-type]  # concurrency is an int
        )

    def counts(self) -> JobCounts:
        return self.queue.counts(now=self.clock.now())


@pytest.fixture
def bench() -> Bench:
    """With a clock that stands still."""
    return Bench(open_in_memory(HashingEmbedder().identity).jobs, FrozenClock())


@pytest.fixture
def live() -> Bench:
    """With the time of this machine."""
    return Bench(open_in_memory(HashingEmbedder().identity).jobs, SystemClock())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.002)


@pytest.fixture
def running() -> Iterator[Callable[[Worker], threading.Thread]]:
    """Starts workers, and stops them when the test ends."""
    started: list[tuple[Worker, threading.Thread]] = []

    def start(worker: Worker) -> threading.Thread:
        thread = threading.Thread(target=worker.run)
        thread.start()
        started.append((worker, thread))
        return thread

    yield start
    for worker, thread in started:
        worker.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def raising(error: Exception) -> Handler:
    def handler(claim: JobClaim) -> None:
        raise error

    return handler


def test_a_handler_gets_its_job_and_the_job_is_done(bench: Bench) -> None:
    job_id = bench.add(number=7)
    got: list[JobClaim] = []

    ran = bench.worker({"note": got.append}).run_once()

    assert [(claim.job.id, dict(claim.job.payload)) for claim in got] == [(job_id, {"number": 7})]
    assert ran == Ran(job_id, "note", 1, JobState.DONE)
    assert bench.seen == [ran]
    assert bench.queue.get(job_id).state is JobState.DONE


def test_jobs_of_kinds_without_a_handler_are_left_alone(bench: Bench) -> None:
    bench.add("foreign")

    assert bench.worker({"note": print}).run_once() is None
    assert bench.counts().pending == 1


def test_an_attempt_that_fails_is_made_again_later_and_later(bench: Bench) -> None:
    job_id = bench.add()
    worker = bench.worker({"note": raising(ValueError("nothing about the memory"))})
    pauses = []
    while (ran := worker.run_once()) is not None and ran.retry_at is not None:
        assert worker.run_once() is None, "not before its time"
        pauses.append((ran.retry_at - bench.clock.now()).total_seconds())
        assert isinstance(bench.clock, FrozenClock)
        bench.clock.advance(seconds=pauses[-1])

    assert len(pauses) == limits.JOB_ATTEMPTS_MAX - 1
    for n, pause in enumerate(pauses):
        longest = limits.JOB_BACKOFF_SECONDS * 2**n
        assert longest / 2 <= pause <= longest
    dead = bench.queue.get(job_id)
    assert (dead.state, dead.attempts) == (JobState.DEAD, limits.JOB_ATTEMPTS_MAX)


def test_what_may_pass_is_borne_longer_and_the_pause_is_bounded(bench: Bench) -> None:
    bench.add()
    worker = bench.worker({"note": raising(BackendUnavailable("the model is away", code="model_away"))})
    assert isinstance(bench.clock, FrozenClock)
    while ran := worker.run_once():
        if ran.retry_at is not None:
            assert ran.retry_at - bench.clock.now() <= timedelta(seconds=limits.JOB_BACKOFF_SECONDS_MAX)
            bench.clock.advance(seconds=limits.JOB_BACKOFF_SECONDS_MAX)

    assert len(bench.seen) == limits.JOB_OUTAGE_ATTEMPTS_MAX
    assert bench.seen[-1].outcome is JobState.DEAD


def test_the_error_of_holdfast_is_kept_in_its_words(bench: Bench) -> None:
    job_id = bench.add()
    bench.worker({"note": raising(BackendRejected("the model is unknown", code="no_model"))}).run_once()

    assert bench.queue.get(job_id).error == JobError("no_model", "the model is unknown")


def test_the_words_of_other_errors_are_not_kept(bench: Bench) -> None:
    job_id = bench.add()
    bench.worker({"note": raising(ValueError("cannot parse 'Ana has cancer'"))}).run_once()

    error = bench.queue.get(job_id).error
    assert error is not None
    assert error.code == "unexpected_error"
    assert error.message.startswith("ValueError at test_worker.py:")
    assert "cancer" not in error.message


def test_a_poisoned_job_stops_no_other(bench: Bench) -> None:
    bench.add("poison", lane="a")
    bench.add(lane="a")
    bench.add()

    attempts = bench.worker({"poison": raising(RuntimeError()), "note": lambda claim: None}).run_all()

    assert (attempts, bench.counts().done, bench.counts().pending) == (3, 2, 1)


def test_nothing_comes_of_an_attempt_whose_job_another_has_taken(bench: Bench) -> None:
    job_id = bench.add()
    assert isinstance(bench.clock, FrozenClock)
    clock = bench.clock

    def dawdle(claim: JobClaim) -> None:
        clock.advance(seconds=limits.JOB_LEASE_SECONDS)
        assert bench.queue.claim(["note"], now=clock.now(), lease_seconds=60) is not None

    ran = bench.worker({"note": dawdle}).run_once()

    assert ran == Ran(job_id, "note", 1, JobState.RUNNING)
    assert bench.queue.get(job_id).attempts == 2


def test_the_lease_is_renewed_while_a_handler_is_at_work(live: Bench) -> None:
    live.add()
    others: list[JobClaim | None] = []

    def work(claim: JobClaim) -> None:
        for _ in range(12):
            time.sleep(0.1)
            others.append(live.queue.claim(["note"], now=live.clock.now(), lease_seconds=60))

    ran = live.worker({"note": work}, lease_seconds=0.6).run_once()

    assert ran is not None
    assert ran.outcome is JobState.DONE
    assert others == [None] * 12, "the lease was twice over when the job was done"


def test_a_handler_that_hangs_keeps_its_job_for_a_time_only(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "JOB_HELD_SECONDS_MAX", 0.8)
    live.add()
    held: list[float] = []

    def hang(claim: JobClaim) -> None:
        begun = time.monotonic()
        until(lambda: live.queue.claim(["note"], now=live.clock.now(), lease_seconds=60) is not None)
        held.append(time.monotonic() - begun)

    ran = live.worker({"note": hang}, lease_seconds=0.4).run_once()

    assert ran is not None
    assert ran.outcome is JobState.RUNNING
    assert held[0] > 0.8


def test_so_many_jobs_run_at_a_time(live: Bench, running: Callable[[Worker], threading.Thread]) -> None:
    together = threading.Barrier(3)
    for _ in range(9):
        live.add()

    running(live.worker({"note": lambda claim: together.wait(PATIENCE_SECONDS)}, concurrency=3))

    until(lambda: live.counts().done == 9)


def test_a_lane_is_worked_in_order_by_many_threads(
    live: Bench, running: Callable[[Worker], threading.Thread]
) -> None:
    order: dict[str | None, list[int]] = {"ana": [], "bob": []}
    for number in range(40):
        live.add(lane="ana" if number % 2 else "bob", number=number)

    def work(claim: JobClaim) -> None:
        time.sleep(0.001)
        number = claim.job.payload["number"]
        assert isinstance(number, int)
        order[claim.job.lane].append(number)

    running(live.worker({"note": work}, concurrency=4))

    until(lambda: live.counts().done == 40)
    assert order == {"ana": list(range(1, 40, 2)), "bob": list(range(0, 40, 2))}


def test_an_idle_worker_wakes_when_a_job_is_asked_for(
    live: Bench, running: Callable[[Worker], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WORKER_POLL_SECONDS", 60.0)
    running(live.worker({"note": lambda claim: None}))
    for number in range(5):
        time.sleep(0.02)
        live.add()
        until(lambda number=number: live.counts().done == number + 1)  # type: ignore[misc]  # a default binds the loop's value


def test_stopping_lets_the_job_at_work_end(live: Bench) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    live.add()
    live.add()

    def work(claim: JobClaim) -> None:
        at_work.set()
        assert go_on.wait(PATIENCE_SECONDS)

    worker = live.worker({"note": work})
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert at_work.wait(PATIENCE_SECONDS)
    worker.stop()
    go_on.set()
    thread.join(PATIENCE_SECONDS)

    assert not thread.is_alive()
    assert (live.counts().done, live.counts().pending, live.counts().running) == (1, 1, 0)


def test_a_job_that_does_not_end_is_given_back(live: Bench) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    job_id = live.add()

    def work(claim: JobClaim) -> None:
        at_work.set()
        go_on.wait(PATIENCE_SECONDS)

    worker = live.worker({"note": work}, stop_seconds=0.05)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert at_work.wait(PATIENCE_SECONDS)
    worker.stop()
    thread.join(PATIENCE_SECONDS)
    given_back = live.queue.get(job_id)
    go_on.set()

    assert (given_back.state, given_back.attempts) == (JobState.PENDING, 0)
    until(lambda: len(live.seen) == 1)
    assert live.seen[0].outcome is JobState.RUNNING, "nothing came of the attempt that went on"
    assert live.queue.get(job_id).state is JobState.PENDING


def test_periodic_work_is_asked_for_once_and_again_when_it_is_done(bench: Bench) -> None:
    assert isinstance(bench.clock, FrozenClock)

    def worker() -> Worker:
        return Worker(
            {"prune": lambda claim: None},
            bench.queue,
            clock=bench.clock,
            ids=bench.ids,
            periods={"prune": 60.0},
        )

    assert worker().run_all() == 1
    assert worker().run_all() == 0, "the next one is due in a minute"
    bench.clock.advance(seconds=60)
    assert worker().run_all() == 1
    assert bench.counts() == JobCounts(pending=1, running=0, done=2, dead=0, stuck=0)


def test_periodic_work_that_fails_for_good_is_asked_for_again(bench: Bench) -> None:
    assert isinstance(bench.clock, FrozenClock)
    worker = Worker(
        {"prune": raising(RuntimeError())},
        bench.queue,
        clock=bench.clock,
        ids=bench.ids,
        periods={"prune": 86_400.0},
    )
    for _ in range(limits.JOB_ATTEMPTS_MAX):
        assert worker.run_all() == 1
        bench.clock.advance(seconds=60)

    assert bench.counts() == JobCounts(pending=1, running=0, done=0, dead=1, stuck=0)


def test_periodic_work_is_asked_for_when_the_store_can_be_written_again(
    live: Bench, running: Callable[[Worker], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WORKER_POLL_SECONDS", 0.01)
    refusals = [BackendUnavailable("the disk is full", code="disk_full") for _ in range(3)]
    queue = live.queue

    class FullDisk(InMemoryJobQueue):
        def add(self, jobs: Sequence[NewJob]) -> int:
            if refusals:
                raise refusals.pop()
            return queue.add(jobs)

    assert isinstance(queue, InMemoryJobQueue)
    full = FullDisk(queue._access)  # noqa: SLF001 (the same data)
    running(
        Worker({"prune": lambda claim: None}, full, clock=live.clock, ids=live.ids, periods={"prune": 0.05})
    )

    until(lambda: live.counts().done >= 3)
    assert refusals == []


@pytest.mark.parametrize("concurrency", [0, limits.WORKER_CONCURRENCY_MAX + 1])
def test_concurrency_has_bounds(bench: Bench, concurrency: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        bench.worker({}, concurrency=concurrency)
    assert caught.value.code == "invalid_limit"


def test_a_worker_ends_with_the_error_when_the_store_is_closed() -> None:
    backend = open_in_memory(HashingEmbedder().identity)
    worker = Worker({"note": print}, backend.jobs, clock=SystemClock(), ids=Uuid7Source())
    backend.store.close()

    with pytest.raises(BackendRejected) as caught:
        worker.run()
    assert caught.value.code == "store_closed"


def test_the_worker_of_a_library_clears_away_old_jobs_in_the_background() -> None:
    embedder = HashingEmbedder()
    with Holdfast(open_in_memory(embedder.identity), embedder=embedder, worker=True) as memory:
        until(lambda: memory.job_counts().done == 1)
        assert [job.kind for job in memory.jobs(state="done")] == ["prune"]
        assert memory.stats().jobs_waiting == 1, "the next one"


def test_closing_ends_the_worker_of_a_library() -> None:
    embedder = HashingEmbedder()
    before = set(threading.enumerate())
    Holdfast(open_in_memory(embedder.identity), embedder=embedder, worker=True).close()

    until(lambda: set(threading.enumerate()) <= before)


def test_an_error_that_says_when_to_come_again_puts_the_job_off_and_costs_no_attempt(bench: Bench) -> None:
    job_id = bench.add()
    tomorrow = bench.clock.now() + timedelta(days=1)
    spent = LimitExceeded("the day is spent", code="model_budget_spent", again_at=tomorrow.isoformat())

    for _ in range(2 * limits.JOB_ATTEMPTS_MAX):
        ran = bench.worker({"note": raising(spent)}).run_job(job_id)
        assert ran is not None
        assert (ran.outcome, ran.retry_at) == (JobState.PENDING, tomorrow)

    job = bench.queue.get(job_id)
    assert (job.attempts, job.due_at, job.error) == (
        0, tomorrow, JobError("model_budget_spent", "the day is spent"),
    )  # fmt: skip
    assert bench.worker({"note": print}).run_once() is None


def test_a_server_that_asks_for_patience_gets_it(bench: Bench) -> None:
    bench.add()
    busy = BackendUnavailable("too many requests", code="model_rate_limited", retry_after_seconds=900.0)

    ran = bench.worker({"note": raising(busy)}).run_once()

    assert ran is not None
    assert ran.retry_at == bench.clock.now() + timedelta(seconds=900)


def test_a_named_job_is_done_ahead_of_its_time_and_no_other(bench: Bench) -> None:
    bench.add(number=1)
    job = new_job(
        "note", {"number": 2}, id=bench.ids.new_id(), at=bench.clock.now(),
        due_at=bench.clock.now() + timedelta(hours=1),
    )  # fmt: skip
    bench.queue.add([job])
    got: list[object] = []
    worker = bench.worker({"note": lambda claim: got.append(claim.job.payload["number"])})

    ran = worker.run_job(job.id)

    assert ran is not None
    assert (ran.outcome, got) == (JobState.DONE, [2])
    assert worker.run_job(job.id) is None


def test_a_job_that_is_interrupted_is_given_back(bench: Bench) -> None:
    job_id = bench.add()

    def interrupted(claim: JobClaim) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.worker({"note": interrupted}).run_job(job_id)

    job = bench.queue.get(job_id)
    assert (job.state, job.attempts, job.due_at) == (JobState.PENDING, 0, bench.clock.now())
