"""The contract of ``JobQueue``: one job, one worker, one effect."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from holdfast import limits
from holdfast.domain.instant import EPOCH
from holdfast.domain.job import Finish, JobClaim, JobCounts, JobError, JobState, NewJob, job_error, new_job
from holdfast.errors import Conflict, NotFound
from holdfast.ports import Backend, JobQueue, Remember
from holdfast.testing.clock import CountingIds
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, refused
from holdfast.testing.contracts.scribe import Scribe, as_message

NOW = EPOCH + timedelta(days=20_000)
LEASE = 60.0
FAULT = job_error("model_failed", "the model answered no JSON")
UNKNOWN_ID = "00000000-0000-7000-8000-00000000ffff"


class Bench:
    """Asks for jobs and holds them, at times that a test names in seconds."""

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.ids = CountingIds()

    def at(self, seconds: float) -> datetime:
        """The instant so many seconds after the test begins."""
        return NOW + timedelta(seconds=seconds)

    def new(self, kind: str = "extract", *, at: float = 0, **fields: Any) -> NewJob:  # noqa: ANN401 (the fields of a job)
        """A job that is not asked for yet."""
        payload = fields.pop("payload", {"episode_id": self.ids.new_id()})
        return new_job(kind, payload, id=self.ids.new_id(), at=self.at(at), **fields)

    def add(self, kind: str = "extract", **fields: Any) -> NewJob:  # noqa: ANN401 (likewise)
        """A job that is asked for."""
        job = self.new(kind, **fields)
        self.queue.add([job])
        return job

    def claim(self, *kinds: str, at: float = 0) -> JobClaim | None:
        """What a worker for these kinds gets."""
        return self.queue.claim(kinds or ("extract",), now=self.at(at), lease_seconds=LEASE)

    def hold(self, *kinds: str, at: float = 0) -> JobClaim:
        """The same where there must be something."""
        claim = self.claim(*kinds, at=at)
        assert claim is not None
        return claim

    def counts(self, at: float = 0) -> tuple[int, ...]:
        """Pending, running, done and dead ones."""
        found = self.queue.counts(now=self.at(at))
        return found.pending, found.running, found.done, found.dead


class JobQueueContract(BackendContract):
    """What every ``JobQueue`` does."""

    @pytest.fixture
    def bench(self, backend: Backend) -> Bench:
        """The queue of this test."""
        return Bench(backend.jobs)

    def test_a_job_is_read_as_it_was_asked_for(self, bench: Bench) -> None:
        payload = {"episode_id": "ü-1", "n": 3, "share": 0.5, "yes": True, "none": None}
        asked = bench.add(payload=payload, lane="ana", due_at=bench.at(9))

        job = bench.queue.get(asked.id)

        assert (job.id, job.kind, dict(job.payload), job.lane) == (asked.id, "extract", payload, "ana")
        assert (job.state, job.attempts, job.losses, job.error) == (JobState.PENDING, 0, 0, None)
        assert (job.created_at, job.due_at, job.updated_at) == (bench.at(0), bench.at(9), bench.at(0))

    def test_a_job_that_is_not_there_is_not_found(self, bench: Bench) -> None:
        for wrong in (UNKNOWN_ID, "no id at all"):
            with refused(NotFound, "job_not_found"):
                bench.queue.get(wrong)
            with refused(NotFound, "job_not_found"):
                bench.queue.retry(wrong, now=NOW)

    def test_the_job_that_is_due_for_longest_comes_first(self, bench: Bench) -> None:
        late, early, same = bench.add(at=2), bench.add(at=1), bench.add(at=2)

        assert [bench.hold(at=5).job.id for _ in range(3)] == [early.id, late.id, same.id]
        assert bench.claim(at=5) is None

    def test_a_claim_takes_the_kinds_that_it_names(self, bench: Bench) -> None:
        other, wanted = bench.add("prune"), bench.add("extract", at=1)

        assert bench.hold("extract", at=1).job.id == wanted.id
        assert bench.claim("extract", at=1) is None
        assert bench.claim("unheard_of", at=1) is None
        assert bench.hold("extract", "prune", at=1).job.id == other.id

    def test_a_job_is_not_begun_before_it_is_due(self, bench: Bench) -> None:
        bench.add(due_at=bench.at(10))

        assert bench.claim(at=9.999) is None
        assert bench.hold(at=10).job.state is JobState.RUNNING

    def test_named_job_is_claimed_ahead_of_its_time_and_by_nobody_else_then(self, bench: Bench) -> None:
        first, later = bench.add(), bench.add(due_at=bench.at(10))

        claim = bench.queue.claim(["extract"], now=bench.at(0), lease_seconds=LEASE, job_id=later.id)

        assert claim is not None
        assert (claim.job.id, claim.job.attempts) == (later.id, 1)
        assert bench.queue.claim(["extract"], now=bench.at(1), lease_seconds=LEASE, job_id=later.id) is None
        assert bench.hold(at=1).job.id == first.id
        again = bench.queue.claim(["extract"], now=bench.at(LEASE), lease_seconds=LEASE, job_id=later.id)
        assert again is not None
        assert again.job.losses == 1

    def test_named_job_of_another_kind_or_that_is_settled_is_not_claimed(self, bench: Bench) -> None:
        job = bench.add()

        def claim(kind: str, job_id: str) -> JobClaim | None:
            return bench.queue.claim([kind], now=bench.at(0), lease_seconds=LEASE, job_id=job_id)

        assert claim("prune", job.id) is None
        assert claim("extract", UNKNOWN_ID) is None
        bench.queue.finish(bench.hold(), now=bench.at(0))
        assert claim("extract", job.id) is None

    def test_job_that_is_put_off_costs_no_attempt_and_says_why(self, bench: Bench) -> None:
        bench.add()

        bench.queue.give_back(bench.hold(), now=bench.at(1), until=bench.at(100), error=FAULT)

        assert bench.claim(at=99) is None
        claim = bench.hold(at=100)
        assert (claim.job.attempts, claim.job.error) == (1, FAULT)

    def test_a_job_that_is_held_is_nobody_elses_until_its_lease_ends(self, bench: Bench) -> None:
        bench.add()
        first = bench.hold(at=0)

        assert bench.claim(at=LEASE - 0.001) is None
        second = bench.hold(at=LEASE)

        assert second.token != first.token
        assert (second.job.id, second.job.attempts, second.job.losses) == (first.job.id, 2, 1)
        assert bench.counts() == (0, 1, 0, 0)

    def test_who_lost_the_lease_can_do_nothing_with_the_job(self, bench: Bench) -> None:
        bench.add()
        lost, held = bench.hold(at=0), bench.hold(at=LEASE)

        self._assert_worthless(bench, lost)
        bench.queue.finish(held, now=bench.at(LEASE))

        self._assert_worthless(bench, lost)
        assert bench.counts() == (0, 0, 1, 0)

    def _assert_worthless(self, bench: Bench, claim: JobClaim) -> None:
        now = bench.at(LEASE)
        with refused(Conflict, "lease_lost"):
            bench.queue.finish(claim, now=now)
        with refused(Conflict, "lease_lost"):
            bench.queue.fail(claim, FAULT, now=now, retry_at=None)
        with refused(Conflict, "lease_lost"):
            bench.queue.renew(claim, now=now, lease_seconds=LEASE)
        with refused(Conflict, "lease_lost"):
            bench.queue.give_back(claim, now=now)

    def test_a_lease_that_ended_is_still_good_while_nobody_took_the_job(self, bench: Bench) -> None:
        bench.add()
        claim = bench.hold(at=0)

        bench.queue.renew(claim, now=bench.at(LEASE + 5), lease_seconds=LEASE)
        assert bench.claim(at=2 * LEASE + 4) is None
        bench.queue.finish(claim, now=bench.at(3 * LEASE))

        assert bench.counts() == (0, 0, 1, 0)

    def test_finishing_twice_is_finishing_once(self, bench: Bench) -> None:
        bench.add()
        claim = bench.hold()
        bench.queue.finish(claim, now=bench.at(1))

        bench.queue.finish(claim, now=bench.at(2))

        job = bench.queue.get(claim.job.id)
        assert (job.state, job.updated_at) == (JobState.DONE, bench.at(1))
        assert bench.claim(at=10 * LEASE) is None

    def test_a_failed_job_is_tried_again_when_it_is_time(self, bench: Bench) -> None:
        bench.add()
        bench.queue.fail(bench.hold(), FAULT, now=bench.at(1), retry_at=bench.at(5))

        assert bench.claim(at=4.9) is None
        again = bench.hold(at=5)

        assert (again.job.attempts, again.job.losses, again.job.error) == (2, 0, FAULT)

    def test_success_forgets_the_error(self, bench: Bench) -> None:
        bench.add()
        bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=NOW)
        claim = bench.hold()

        bench.queue.finish(claim, now=NOW)

        assert bench.queue.get(claim.job.id).error is None

    def test_a_dead_letter_stays_until_it_is_retried(self, bench: Bench) -> None:
        bench.add()
        claim = bench.hold()
        bench.queue.fail(claim, FAULT, now=bench.at(1), retry_at=None)

        assert bench.claim(at=10 * LEASE) is None
        (dead,) = bench.queue.list(state=JobState.DEAD, limit=10)
        assert (dead.id, dead.error, dead.attempts) == (claim.job.id, FAULT, 1)

        assert bench.queue.retry(dead.id, now=bench.at(2)) == 1
        again = bench.hold(at=2)
        assert (again.job.attempts, again.job.losses) == (1, 0)

    def test_only_dead_letters_are_retried(self, bench: Bench) -> None:
        job = bench.add()
        with refused(Conflict, "job_not_dead"):
            bench.queue.retry(job.id, now=NOW)
        claim = bench.hold()
        with refused(Conflict, "job_not_dead"):
            bench.queue.retry(job.id, now=NOW)
        bench.queue.finish(claim, now=NOW)
        with refused(Conflict, "job_not_dead"):
            bench.queue.retry(job.id, now=NOW)
        assert bench.queue.retry(None, now=NOW) == 0

    def test_all_dead_letters_are_retried_at_once(self, bench: Bench) -> None:
        for _ in range(3):
            bench.add()
            bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=None)

        assert bench.queue.retry(None, now=NOW) == 3
        assert bench.counts() == (3, 0, 0, 0)

    def test_a_job_that_ends_its_process_again_and_again_is_given_up(self, bench: Bench) -> None:
        end = limits.JOB_LOSSES_MAX * LEASE
        killer, other = bench.add(), bench.add(due_at=bench.at(end))
        for attempt in range(limits.JOB_LOSSES_MAX):
            assert bench.hold(at=attempt * LEASE).job.id == killer.id

        assert bench.hold(at=end).job.id == other.id
        dead = bench.queue.get(killer.id)
        assert (dead.state, dead.losses) == (JobState.DEAD, limits.JOB_LOSSES_MAX)
        assert dead.error is not None
        assert dead.error.code == "worker_lost"

    def test_what_is_given_back_is_as_if_it_had_not_been_begun(self, bench: Bench) -> None:
        bench.add()
        claim = bench.hold(at=0)
        bench.queue.give_back(claim, now=bench.at(1))

        again = bench.hold(at=1)

        assert (again.job.id, again.job.attempts, again.job.losses) == (claim.job.id, 1, 0)
        with refused(Conflict, "lease_lost"):
            bench.queue.finish(claim, now=bench.at(1))

    def test_a_lane_is_done_one_at_a_time_and_in_order(self, bench: Bench) -> None:
        first, second, third = (bench.add(lane="ana") for _ in range(3))
        elsewhere = bench.add(lane="bob")

        claim = bench.hold()
        assert claim.job.id == first.id
        assert bench.hold().job.id == elsewhere.id
        assert bench.claim() is None

        bench.queue.finish(claim, now=NOW)
        claim = bench.hold()
        assert claim.job.id == second.id
        bench.queue.fail(claim, FAULT, now=NOW, retry_at=bench.at(5))
        assert bench.claim(at=4) is None, "the third may not overtake the second"

        bench.queue.fail(bench.hold(at=5), FAULT, now=bench.at(5), retry_at=None)
        assert bench.hold(at=5).job.id == third.id

    def test_a_job_that_a_crash_left_is_the_first_of_its_lane_still(self, bench: Bench) -> None:
        first, _second = bench.add(lane="ana"), bench.add(lane="ana")
        bench.hold(at=0)

        assert bench.hold(at=LEASE).job.id == first.id
        assert bench.claim(at=LEASE) is None

    def test_a_job_that_is_given_up_lets_its_lane_go_on(self, bench: Bench) -> None:
        _killer, second = bench.add(lane="ana"), bench.add(lane="ana")
        for attempt in range(limits.JOB_LOSSES_MAX):
            bench.hold(at=attempt * LEASE)

        assert bench.hold(at=limits.JOB_LOSSES_MAX * LEASE).job.id == second.id

    def test_lanes_of_different_kinds_are_different_lanes(self, bench: Bench) -> None:
        bench.add("extract", lane="ana")
        bench.add("promote", lane="ana")

        assert {bench.hold("extract", "promote").job.kind for _ in range(2)} == {"extract", "promote"}

    def test_a_dead_letter_that_is_retried_waits_for_its_lane(self, bench: Bench) -> None:
        dead, _second, _third = (bench.add(lane="ana") for _ in range(3))
        bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=None)
        running = bench.hold()

        bench.queue.retry(dead.id, now=NOW)
        assert bench.claim() is None

        bench.queue.finish(running, now=NOW)
        assert bench.hold().job.id == dead.id
        assert bench.claim() is None

    def test_what_is_asked_for_already_is_not_asked_for_twice(self, bench: Bench) -> None:
        assert bench.queue.add([bench.new(only="x"), bench.new(only="x"), bench.new(only="y")]) == 2
        assert bench.queue.add([bench.new("other", only="x"), bench.new()]) == 2
        claim = bench.hold()
        assert bench.queue.add([bench.new(only="x")]) == 0, "it is unfinished while it runs"

        bench.queue.finish(claim, now=NOW)
        assert bench.queue.add([bench.new(only="x")]) == 1

    def test_a_change_brings_its_jobs(self, scribe: Scribe, bench: Bench) -> None:
        job = bench.new()
        episode = scribe.episode(as_message("I moved to Berlin"))
        memory = scribe.memory(episode, 0)

        scribe.store.commit(
            Remember(episode, (scribe.new(memory, episode.messages[0]),)), jobs=[job, bench.new(lane="ana")]
        )

        assert bench.queue.get(job.id).state is JobState.PENDING
        assert bench.counts() == (2, 0, 0, 0)

    def test_a_change_that_is_refused_brings_no_job(self, scribe: Scribe, bench: Bench) -> None:
        scribe.remember("I moved to Berlin")
        again = scribe.episode(as_message("I moved to Berlin"))
        new = scribe.new(scribe.memory(again, 0), again.messages[0])

        with refused(Conflict, "already_known"):
            scribe.store.commit(Remember(again, (new,)), jobs=[bench.new()])

        assert bench.counts() == (0, 0, 0, 0)

    def test_a_change_that_finishes_a_job_is_there_once(self, scribe: Scribe, bench: Bench) -> None:
        bench.add(lane="ana")
        follows = bench.add(lane="ana")
        claim = bench.hold()

        self._commit(scribe, "the effect", claim)
        with refused(Conflict, "lease_lost"):
            self._commit(scribe, "the effect again", claim)
        bench.queue.finish(claim, now=bench.at(1))

        assert scribe.shown() == ["the effect"]
        assert bench.queue.get(claim.job.id).state is JobState.DONE
        assert bench.hold().job.id == follows.id

    def test_a_worker_that_lost_its_lease_changes_nothing(self, scribe: Scribe, bench: Bench) -> None:
        bench.add()
        lost, held = bench.hold(at=0), bench.hold(at=LEASE)
        before = scribe.store.change_number()

        with refused(Conflict, "lease_lost"):
            self._commit(scribe, "from the loser", lost)

        assert (scribe.shown(), scribe.store.change_number()) == ([], before)
        assert scribe.store.events(after=0, limit=10) == ()
        self._commit(scribe, "from the holder", held)
        assert scribe.shown() == ["from the holder"]

    def test_a_change_that_is_refused_finishes_no_job(self, scribe: Scribe, bench: Bench) -> None:
        scribe.remember("known")
        bench.add()
        claim = bench.hold()

        with refused(Conflict, "already_known"):
            self._commit(scribe, "known", claim)

        assert bench.queue.get(claim.job.id).state is JobState.RUNNING

    def _commit(self, scribe: Scribe, text: str, claim: JobClaim) -> None:
        episode = scribe.episode(as_message(text))
        new = scribe.new(scribe.memory(episode, 0), episode.messages[0])
        scribe.store.commit(Remember(episode, (new,)), finishes=Finish(claim, scribe.clock.now()))

    def test_jobs_leave_the_change_number_and_the_events_alone(self, scribe: Scribe, bench: Bench) -> None:
        scribe.remember("hello")
        before = scribe.store.change_number(), scribe.store.events(after=0, limit=10)

        bench.add()
        bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=None)
        bench.queue.retry(None, now=NOW)
        bench.queue.finish(bench.hold(), now=NOW)

        assert (scribe.store.change_number(), scribe.store.events(after=0, limit=10)) == before

    def test_counts_tell_the_states_and_what_is_stuck(self, bench: Bench) -> None:
        for _ in range(4):
            bench.add(lane="ana")
        bench.add("prune")
        bench.add("prune", due_at=bench.at(1))
        bench.queue.finish(bench.hold(), now=NOW)
        bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=None)
        bench.hold()

        assert bench.queue.counts(now=NOW) == JobCounts(pending=3, running=1, done=1, dead=1, stuck=0)
        later = bench.at(limits.JOB_STUCK_SECONDS)
        assert bench.queue.counts(now=later).stuck == 1, "that which nobody has begun"
        assert bench.queue.counts(now=later + timedelta(seconds=1)).stuck == 1, "the other may wait"
        assert bench.queue.counts(now=later + timedelta(seconds=LEASE)).stuck == 2, (
            "and the one that was left"
        )

    def test_a_list_shows_the_latest_first(self, bench: Bench) -> None:
        jobs = [bench.add().id for _ in range(5)]

        assert [job.id for job in bench.queue.list(state=None, limit=3)] == jobs[:1:-1]
        assert bench.queue.list(state=JobState.DONE, limit=3) == ()

    def test_finished_jobs_are_kept_for_a_time(self, bench: Bench) -> None:
        for at in (0, 1):
            bench.add(at=at)
            bench.queue.finish(bench.hold(at=at), now=bench.at(at))
        bench.add()
        days = limits.JOBS_DONE_DAYS * 86_400

        assert bench.queue.prune(now=bench.at(days - 1), limit=10) == 0
        assert bench.queue.prune(now=bench.at(days), limit=10) == 1
        assert bench.queue.prune(now=bench.at(10 * days), limit=10) == 1
        assert bench.counts() == (1, 0, 0, 0)

    def test_so_many_settled_jobs_are_kept(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "JOBS_DONE_MAX", 3)
        monkeypatch.setattr(limits, "JOBS_DEAD_MAX", 2)
        done, dead = [], []
        for _ in range(6):
            done.append(bench.add().id)
            bench.queue.finish(bench.hold(), now=NOW)
            dead.append(bench.add().id)
            bench.queue.fail(bench.hold(), FAULT, now=NOW, retry_at=None)

        assert [bench.queue.prune(now=NOW, limit=5) for _ in range(3)] == [5, 2, 0]
        assert [job.id for job in bench.queue.list(state=JobState.DONE, limit=9)] == done[:2:-1]
        assert [job.id for job in bench.queue.list(state=JobState.DEAD, limit=9)] == dead[:3:-1]

    def test_the_bell_rings_for_what_may_be_begun(self, scribe: Scribe, bench: Bench) -> None:
        def rings(work: Any) -> bool:  # noqa: ANN401 (whatever is called)
            heard = bench.queue.bell.rings
            work()
            return bench.queue.bell.rings > heard

        episode = scribe.episode(as_message("hello"))
        new = scribe.new(scribe.memory(episode, 0), episode.messages[0])
        assert rings(lambda: scribe.store.commit(Remember(episode, (new,)), jobs=[bench.new()]))
        assert rings(lambda: bench.add(lane="ana"))
        assert rings(lambda: bench.queue.give_back(bench.hold(), now=NOW))

    def test_jobs_are_there_when_the_store_is_opened_again(self, place: Place, bench: Bench) -> None:
        asked = bench.add()
        again = Bench(place(EMBEDDER.identity).jobs)

        claim = again.hold()

        assert claim.job.id == asked.id
        assert bench.claim() is None
        with refused(NotFound, "job_not_found"):
            bench.queue.get(UNKNOWN_ID)

    def test_of_many_threads_one_gets_a_job(self, place: Place, bench: Bench) -> None:
        asked = {bench.add().id for _ in range(40)}
        queues = [Bench(place(EMBEDDER.identity).jobs) for _ in range(2)] * 4

        def take_all(bench: Bench) -> list[str]:
            taken = []
            while (claim := bench.claim()) is not None:
                taken.append(claim.job.id)
            return taken

        with ThreadPoolExecutor(8) as pool:
            taken = [job_id for ids in pool.map(take_all, queues) for job_id in ids]
        assert len(taken) == 40
        assert set(taken) == asked

    def test_an_error_is_kept_as_it_is_given(self, bench: Bench) -> None:
        bench.add()
        claim = bench.hold()
        bench.queue.fail(claim, JobError("x", "ü" * 500), now=NOW, retry_at=None)

        assert bench.queue.get(claim.job.id).error == JobError("x", "ü" * 500)
