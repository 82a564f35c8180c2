"""Processes that are killed while a language model reads: what it says has its effect, and has it once."""

import random
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Holdfast
from holdfast.testing import FrozenClock, ScriptedLanguageModel
from tests.reliability.processes import answer, read_line, read_rest, started
from tests.reliability.reading import EMBEDDER, MOVED, add_facts, derived, moves, owner
from tests.reliability.stores import half_writes
from tests.unit.scripts import home, reply

pytestmark = pytest.mark.facts

SEED = 20_261_122


def an_hour_later() -> FrozenClock:
    """When every lease has ended."""
    return FrozenClock(datetime.now(UTC) + timedelta(hours=1))


@pytest.mark.parametrize(("point", "calls"), [("asked", 1), ("decided", 1), ("committed", 0)])
def test_killed_on_the_way_what_the_model_says_is_applied_once(
    tmp_path: Path, point: str, calls: int
) -> None:
    path = tmp_path / "agent.db"
    with Holdfast(path, embedder=EMBEDDER) as memory:
        at = {"role": "user", "name": "Ana", "content": "I live in Rome with my dog", "at": "2026-01-05"}
        (rome,) = memory.add(at, user_id="ana").facts
    with started("read_and_halt", path, point) as process:
        assert read_line(process) == point
        process.kill()

    model = moves()
    with Holdfast(path, embedder=EMBEDDER, model=model, clock=an_hour_later()) as memory:
        assert [hit.memory.text for hit in memory.search("moved to Oslo", user_id="ana", limit=1)] == [
            MOVED["content"]
        ]
        worker = memory.worker()
        while worker.run_once() is not None:
            pass
        assert (memory.job_counts().done, memory.job_counts().dead) == (1, 0)
        assert [each.version for each in memory.history(rome.memory.id)] == [1, 2]
        (link,) = memory.related(rome.memory.id)
        assert (link.relation.type, link.memory.text) == ("supersedes", "Ana lives in Oslo")

    assert len(model.asked) == calls
    assert [fact.text for fact in derived(path)] == ["Ana lives in Oslo"]
    assert half_writes(path) == []


def kill_adders(path: Path, *, rounds: int, seed: int) -> None:
    """Kill a process that adds so many times at any moment, then let a worker finish."""
    chance = random.Random(seed)  # noqa: S311 (chance that is repeated)
    acknowledged: set[str] = set()
    for n in range(rounds):
        with started("add_and_read", path, 100 * n, 50) as process:
            assert read_line(process) == "open"
            for _ in range(chance.randint(0, 10)):
                acknowledged.add(read_line(process))
            time.sleep(chance.random() * 0.02)
            process.kill()
            acknowledged |= set(read_rest(process))

    with Holdfast(path, embedder=EMBEDDER, model=owner(), clock=an_hour_later()) as memory:
        worker = memory.worker()
        while worker.run_once() is not None:
            pass
        counts, stats = memory.job_counts(), memory.stats()
        assert (counts.pending, counts.running, counts.dead) == (0, 0, 0)
        assert counts.done == stats.messages
        assert memory.check() == ()
    facts = [fact.text for fact in derived(path)]
    assert len(facts) == len(set(facts)) == stats.messages
    numbers = {fact.rpartition(" ")[2] for fact in facts}
    assert acknowledged - {"done"} <= numbers, "nothing that was acknowledged is lost"
    assert half_writes(path) == []


def test_no_fact_is_lost_or_doubled_when_adders_are_killed(tmp_path: Path) -> None:
    kill_adders(tmp_path / "agent.db", rounds=4, seed=SEED)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_fact_is_lost_or_doubled_when_adders_are_killed_forty_times(tmp_path: Path) -> None:
    kill_adders(tmp_path / "agent.db", rounds=40, seed=SEED + 1)


def test_two_workers_share_what_waits_and_do_each_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    add_facts(str(path), 0, 60, lambda _: None, wait=False)
    with ExitStack() as stack:
        workers = [stack.enter_context(started("read", path)) for _ in range(2)]
        for worker in workers:
            assert read_line(worker) == "open"
        for worker in workers:
            answer(worker)
        said = [read_rest(worker) for worker in workers]

    done = [job_id for lines in said for job_id in lines if job_id != "done"]
    assert len(done) == len(set(done)) == 60
    facts = [fact.text for fact in derived(path)]
    assert len(facts) == len(set(facts)) == 60


def test_worker_whose_lease_ended_while_the_model_wrote_has_no_effect(tmp_path: Path) -> None:
    clock = an_hour_later()
    path = tmp_path / "agent.db"

    def slowly(_: object) -> object:
        clock.advance(seconds=120)
        other.worker().run_once()
        return reply(home("ADD", "Rome"))

    slow, quick = ScriptedLanguageModel(slowly), ScriptedLanguageModel(reply(home("ADD", "Rome")))
    with (
        Holdfast(path, embedder=EMBEDDER, model=slow, clock=clock) as memory,
        Holdfast(path, embedder=EMBEDDER, model=quick, clock=clock) as other,
    ):
        added = memory.add({"role": "user", "name": "Ana", "content": "I live in Rome"}, user_id="ana")

        assert (added.status, added.facts) == ("processing", ()), "another had it when this one came back"
        assert memory.job_counts().done == 1
    assert [fact.text for fact in derived(path)] == ["Ana lives in Rome"]
