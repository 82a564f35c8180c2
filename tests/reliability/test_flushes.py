"""What a commit costs: one disk flush for a single add, and less than one each when many wait."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from tests.reliability.disk import Disk, plugged_in
from tests.reliability.stores import assert_whole, open_store
from tests.reliability.test_many_writers import at_once


@pytest.fixture
def disk() -> Iterator[Disk]:
    with plugged_in() as disk:
        yield disk


def test_each_single_add_costs_exactly_one_flush(tmp_path: Path, disk: Disk) -> None:
    """Once there is a log. A checkpoint, every 1,000 pages of log, adds its own flushes of log and file:
    these few adds stay below it.
    """
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("The first add makes the scope", user_id="ana")
        for n in range(10):
            disk.calls.clear()
            memory.add(f"Sentence {n}", user_id="ana")
            assert (disk.calls["sync .db-wal"], disk.calls["sync"]) == (1, 1)


def test_checkpoints_are_rare_and_cost_a_bounded_number_of_flushes(tmp_path: Path, disk: Disk) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("The first add makes the scope", user_id="ana")
        disk.calls.clear()
        for n in range(150):
            memory.add(f"Sentence {n}", user_id="ana")
        checkpoints = disk.calls["sync .db"]
        assert 1 <= checkpoints <= 15
        # One of the log before its pages are copied, one of its new header when it begins again.
        assert disk.calls["sync .db-wal"] <= 150 + 2 * checkpoints


@pytest.mark.parametrize("read", ["search", "context", "list", "get", "history", "related", "stats", "check"])
def test_reading_flushes_nothing(tmp_path: Path, disk: Disk, read: str) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        key = memory.add("Ana likes rye bread", user_id="ana").memories[0].id
        calls = {
            "search": lambda: memory.search("bread", user_id="ana"),
            "context": lambda: memory.context("bread", user_id="ana"),
            "list": lambda: memory.list(user_id="ana"),
            "get": lambda: memory.get(key),
            "history": lambda: memory.history(key),
            "related": lambda: memory.related(key),
            "stats": memory.stats,
            "check": memory.check,
        }
        disk.calls.clear()
        calls[read]()
        assert (disk.calls["sync"], disk.calls["write"]) == (0, 0)


def test_sixteen_threads_share_flushes(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        memory.add("The first add makes the scope", user_id="ana")
        disk.calls.clear()
        at_once(lambda thread: [memory.add(f"{thread} says {n}", user_id="ana") for n in range(20)], 16)
        assert memory.stats().memories == 321
        assert disk.calls["sync"] < 0.75 * 320
    assert_whole(path)


def test_those_who_wait_for_one_flush_share_the_next(tmp_path: Path, disk: Disk) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("The first add makes the scope", user_id="ana")
        disk.calls.clear()
        disk.flush_gate = threading.Event()
        threads = [
            threading.Thread(target=memory.add, args=(f"Sentence {n}",), kwargs={"user_id": "ana"})
            for n in range(16)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3)  # the first holds the disk; the others come as far as they can
        disk.flush_gate.set()
        for thread in threads:
            thread.join()
        disk.flush_gate = None
        assert disk.calls["sync"] <= 4
        assert memory.stats().memories == 17


def test_no_add_returns_before_the_flush_that_it_shares(tmp_path: Path, disk: Disk) -> None:
    """A thread that has just joined the queue is held back, while another commits its write with its own."""
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("The first add makes the scope", user_id="ana")
        queued, go_on = threading.Event(), threading.Event()

        def hold(frame: FrameType, event: str, _: object) -> object:
            if frame.f_code.co_name == "submit" and frame.f_locals["self"]._waiting and not queued.is_set():  # noqa: SLF001
                queued.set()
                go_on.wait(10)
            return hold

        def add_held_back() -> None:
            sys.settrace(hold)  # type: ignore[arg-type]  # a trace function may take any frame
            memory.add("The words of the one held back", user_id="ana")

        held_back = threading.Thread(target=add_held_back)
        held_back.start()
        assert queued.wait(10)
        disk.flush_gate = threading.Event()
        disk.calls.clear()
        other = threading.Thread(target=lambda: memory.add("The words of the other", user_id="ana"))
        other.start()
        while not disk.calls["sync .db-wal"]:
            time.sleep(0.001)
        go_on.set()
        held_back.join(0.3)
        returned_early = not held_back.is_alive()
        disk.flush_gate.set()
        held_back.join()
        other.join()
        disk.flush_gate = None
        assert not returned_early
        assert memory.stats().memories == 3
