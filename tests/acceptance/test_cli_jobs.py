"""Jobs from the command line: doing them, looking at them, trying them again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import limits
from holdfast.adapters.sqlite import Database, backend_on
from holdfast.adapters.system import SystemClock, Uuid7Source
from holdfast.domain.job import job_error, new_job
from holdfast.ports import EmbedderIdentity, JobQueue
from tests.acceptance.terminal import environment, holdfast

CLOCK, IDS = SystemClock(), Uuid7Source()
DB = "jobs.db"


@pytest.fixture(autouse=True)
def store(settings: None) -> None:
    assert holdfast("add", "I moved to Berlin", "--db", DB).code == 0


@contextmanager
def queue() -> Iterator[JobQueue]:
    database = Database(DB)
    yield backend_on(database, EmbedderIdentity("any", "1", 64)).jobs
    database.close()


def ask(kind: str = "prune", *, hours_ago: float = 0) -> str:
    at = CLOCK.now() - timedelta(hours=hours_ago)
    job = new_job(kind, {"episode_id": "e1"}, id=IDS.new_id(), at=at)
    with queue() as jobs:
        jobs.add([job])
    return job.id


def fail(kind: str = "prune") -> str:
    job_id = ask(kind)
    with queue() as jobs:
        claim = jobs.claim([kind], now=CLOCK.now(), lease_seconds=60)
        assert claim is not None
        assert claim.job.id == job_id
        error = job_error("model_away", "the model did not answer")
        jobs.fail(claim, error, now=CLOCK.now(), retry_at=None)
    return job_id


def test_a_worker_does_what_is_due_and_ends() -> None:
    asked = ask()

    answer = holdfast("worker", "--once", "--db", DB)

    assert answer.code == 0
    lines = [line.split("\t") for line in answer.out.splitlines()]
    assert [asked, "done"] in [[line[2], line[0]] for line in lines]
    assert {line[1] for line in lines} == {"prune"}
    assert holdfast("worker", "--once", "--db", DB).out == "", "the next clearing is due tomorrow"


def test_a_worker_tells_each_attempt_as_a_line_of_json() -> None:
    asked = ask()

    documents = [
        json.loads(line) for line in holdfast("worker", "--once", "--json", "--db", DB).out.splitlines()
    ]

    (own,) = [document for document in documents if document["job_id"] == asked]
    assert own == {
        "job_id": asked, "kind": "prune", "attempt": 1, "outcome": "done", "error": None, "retry_at": None,
    }  # fmt: skip


def test_jobs_of_another_version_wait_for_it() -> None:
    ask("unheard_of")
    holdfast("worker", "--once", "--db", DB)

    assert holdfast("jobs", "--json", "--db", DB).document["counts"]["pending"] == 2


def test_dead_letters_are_shown_and_retried() -> None:
    first, second = fail(), fail()

    shown = holdfast("jobs", "--json", "--db", DB).document
    assert shown["counts"] == {"pending": 0, "running": 0, "done": 0, "dead": 2, "stuck": 0}
    assert [job["id"] for job in shown["jobs"]] == [second, first]
    assert shown["jobs"][0]["error"] == {"code": "model_away", "message": "the model did not answer"}
    assert "model_away: the model did not answer" in holdfast("jobs", "--db", DB).out

    assert holdfast("retry", first, "--json", "--db", DB).document == {"retried": 1}
    assert holdfast("retry", "--all", "--db", DB).out == "retried\t1 job\n"
    listed = holdfast("jobs", "--state", "pending", "--json", "--db", DB).document["jobs"]
    assert [job["id"] for job in listed] == [second, first]
    assert len(holdfast("jobs", "--state", "all", "--limit", "1", "--json", "--db", DB).document["jobs"]) == 1


def test_what_cannot_be_retried_is_refused() -> None:
    pending = ask()

    assert holdfast("retry", pending, "--json", "--db", DB).error["code"] == "job_not_dead"
    assert holdfast("retry", "nothing", "--json", "--db", DB).error["code"] == "job_not_found"
    assert holdfast("retry", "--json", "--db", DB).error["code"] == "nothing_to_retry"
    assert holdfast("retry", pending, "--all", "--json", "--db", DB).error["code"] == "nothing_to_retry"
    assert holdfast("jobs", "--state", "lost", "--json", "--db", DB).error["code"] == "invalid_job_state"


def test_stats_and_doctor_tell_of_jobs() -> None:
    assert "jobs\t0 waiting, 0 dead" in holdfast("stats", "--db", DB).out
    assert holdfast("doctor", "--db", DB).code == 0
    ask(hours_ago=0.9)
    assert holdfast("doctor", "--db", DB).code == 0
    ask(hours_ago=limits.JOB_STUCK_SECONDS / 3_600)
    fail("broken")

    answer = holdfast("doctor", "--json", "--db", DB)

    assert answer.code == 9
    assert [fault.partition(":")[0] for fault in answer.document["faults"]] == [
        "1 job failed for good",
        "1 job should have begun an hour ago",
    ]
    stats = holdfast("stats", "--json", "--db", DB).document
    assert (stats["jobs_waiting"], stats["jobs_dead"]) == (2, 1)


def test_a_worker_needs_a_store() -> None:
    answer = holdfast("worker", "--db", "nowhere.db", "--json")

    assert (answer.code, answer.error["code"]) == (4, "store_not_found")
    assert not Path("nowhere.db").exists()


@contextmanager
def working() -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, to which Ctrl+C means something even where it does not here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "worker", "--json", "--db", DB],
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no signals that a program can catch")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_does_what_comes_and_ends_when_it_is_told(sent: signal.Signals) -> None:
    with working() as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())
        asked = ask()
        second = json.loads(process.stdout.readline())
        os.kill(process.pid, sent)
        assert process.wait(timeout=20) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")

    assert (first["outcome"], second["outcome"], second["job_id"]) == ("done", "done", asked)
    counts = holdfast("jobs", "--json", "--db", DB).document["counts"]
    assert (counts["running"], counts["done"]) == (0, 2)
