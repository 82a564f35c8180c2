"""Workers that share a store, and are killed: every job has its effect, and has it once."""

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.reliability.noting import ask, effects
from tests.reliability.processes import answer, read_line, read_rest, started
from tests.reliability.stores import assert_whole, open_store

SEED = 20_260_102
LEASE_SECONDS = 0.4


def assert_each_effect_once(path: Path, count: int) -> None:
    assert effects(path) == [(number, 1) for number in range(count)]
    with open_store(path) as memory:
        counts = memory.job_counts()
        assert (counts.pending, counts.running, counts.done, counts.dead) == (0, 0, count, 0)
        assert memory.stats().memories == count
    assert_whole(path)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_two_processes_share_three_hundred_jobs_and_do_each_once(tmp_path: Path, concurrency: int) -> None:
    path = tmp_path / "agent.db"
    ask(path, 300)
    with ExitStack() as stack:
        workers = [stack.enter_context(started("work", path, 60, concurrency)) for _ in range(2)]
        said = [read_rest(worker) for worker in workers]

    for lines in said:
        assert (lines[0], lines[-1]) == ("open", "done")
        assert len(lines) > 12, "both had their share"
    done = [int(number) for lines in said for number in lines[1:-1]]
    assert sorted(done) == list(range(300))
    assert_each_effect_once(path, 300)


def kill_workers(path: Path, count: int, *, rounds: int, seed: int) -> None:
    """Kill a worker so many times at any moment, then let one finish; check every job."""
    chance = random.Random(seed)  # noqa: S311 (chance that is repeated)
    ask(path, count)
    acknowledged: list[str] = []
    for _ in range(rounds):
        with started("work", path, LEASE_SECONDS, chance.choice([1, 3])) as process:
            assert read_line(process) == "open"
            for _ in range(chance.randint(0, 2 * count // rounds)):
                acknowledged.append(read_line(process))
                if acknowledged[-1] == "done":
                    break
            time.sleep(chance.random() * 0.01)
            process.kill()
            acknowledged += read_rest(process)
    with started("work", path, LEASE_SECONDS, 2) as process:
        acknowledged += read_rest(process)

    assert acknowledged[-1] == "done"
    numbers = [word for word in acknowledged if word not in {"open", "done"}]
    assert len(numbers) == len(set(numbers)), "no two processes said of one job that they had done it"
    assert len(numbers) > count // 4
    assert_each_effect_once(path, count)


def test_workers_that_are_killed_lose_no_job_and_do_none_twice(tmp_path: Path) -> None:
    kill_workers(tmp_path / "agent.db", 120, rounds=6, seed=SEED)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_workers_that_are_killed_a_hundred_times_lose_no_job(tmp_path: Path) -> None:
    for n in range(4):
        kill_workers(tmp_path / f"agent{n}.db", 600, rounds=25, seed=SEED + n)


def listen_through_kills(path: Path, *, rounds: int) -> None:
    """Kill a subscriber so many times while others write; it has had every event in the end."""
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    heard: set[str] = set()
    with open_store(path) as memory:
        memory.subscribe("*", lambda event: None, name="indexer").close()
        for n in range(rounds):
            with started("listen", path, "indexer") as process:
                assert read_line(process) == "open"
                for number in range(20):
                    memory.add(f"Round {n} message {number}", user_id="ana")
                time.sleep(chance.random() * 0.05)
                process.kill()
                heard |= set(read_rest(process))
        with started("listen", path, "indexer") as process:
            assert read_line(process) == "open"
            memory.add("The last one", user_id="ana")
            last = memory.stats().memories
            while str(last) not in heard:
                heard.add(read_line(process))
            answer(process)
            read_rest(process)
        assert heard == {str(number) for number in range(1, last + 1)}
        assert [known.behind for known in memory.subscribers()] == [0]


def test_a_subscriber_that_is_killed_gets_every_event(tmp_path: Path) -> None:
    listen_through_kills(tmp_path / "agent.db", rounds=4)


@pytest.mark.slow
def test_a_subscriber_that_is_killed_thirty_times_gets_every_event(tmp_path: Path) -> None:
    listen_through_kills(tmp_path / "agent.db", rounds=30)


def test_a_subscriber_hears_of_what_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory, started("listen", path, "indexer") as process:
        assert read_line(process) == "open"
        memory.subscribe("*", lambda event: None, name="indexer").close()  # whoever comes first begins there
        memory.add("From here", user_id="ana")
        assert read_line(process) == "1"
        answer(process)


def test_a_program_ends_with_a_worker_and_a_subscription_open(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    begun = time.monotonic()
    with started("leave_open", path) as process:
        assert read_rest(process) == ["open"]
        assert process.wait(timeout=20) == 0
    assert time.monotonic() - begun < 20
    with open_store(path) as memory:
        assert memory.job_counts().running == 0
