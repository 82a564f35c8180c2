"""Many threads and processes on one file: nothing is lost, nothing is stored twice, nobody waits for ever."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from holdfast import Conflict, Decision, Holdfast, HoldfastError, Signal
from tests.reliability.processes import answer, read_line, read_rest, started
from tests.reliability.stores import assert_whole, open_store, stored_ids, stored_texts

T = TypeVar("T")


def at_once(work: Callable[[int], T], threads: int) -> list[T]:
    """What the work returns in each of so many threads that begin together."""
    gate = threading.Barrier(threads)

    def begin(number: int) -> T:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def add_from_two_processes(path: Path, count: int) -> dict[str, list[str]]:
    """What each of two processes said while they added to one file at the same time."""
    with (
        started("add_seen", path, "left", count, "right") as left,
        started("add_seen", path, "right", count, "left") as right,
    ):
        assert [read_line(left), read_line(right)] == ["open", "open"]
        answer(left)
        answer(right)
        return {"left": read_rest(left), "right": read_rest(right)}


def assert_two_processes_lose_nothing(path: Path, count: int) -> None:
    said = add_from_two_processes(path, count)
    assert {name: lines[-1:] for name, lines in said.items()} == {"left": ["done"], "right": ["done"]}
    with open_store(path) as memory:
        texts = sorted(stored_texts(memory, "ana").values())
        assert texts == sorted(f"{name} says sentence number {n}" for name in said for n in range(count))
    assert_whole(path)


def test_two_processes_that_write_one_file_lose_nothing(tmp_path: Path) -> None:
    assert_two_processes_lose_nothing(tmp_path / "agent.db", 200)


@pytest.mark.slow
def test_two_processes_that_add_a_thousand_each_lose_nothing(tmp_path: Path) -> None:
    assert_two_processes_lose_nothing(tmp_path / "agent.db", 1_000)


def test_a_process_sees_what_the_other_wrote_at_its_next_call(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        memory.add("Ana likes rye bread", user_id="ana", session_id="here")
        assert len(memory.search("sentence number", user_id="ana")) == 1
        with started("add", path, "there", 5) as process:
            assert read_line(process) == "open"
            for number in range(5):
                added = read_line(process)
                assert memory.get(added).text == f"there says sentence number {number}"
                assert memory.list(user_id="ana", session_id="there", limit=1000).memories
                hits = memory.search(f"there says sentence number {number}", user_id="ana", explain=True)
                assert hits[0].memory.id == added
                assert any(part.signal is Signal.MEANING and part.raw > 0.9 for part in hits[0].parts)
            assert read_rest(process) == ["done"]


def test_neither_of_two_processes_waits_until_the_other_is_done(tmp_path: Path) -> None:
    said = add_from_two_processes(tmp_path / "agent.db", 200)

    for name, lines in said.items():
        seen = [line.removeprefix("saw ") for line in lines if line.startswith("saw ")]
        midway = [number for number in seen if number not in {"none", "199"}]
        assert midway, f"{name} saw the other only before it began and after its end: {seen}"


def test_four_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with (
        started("add", path, "a", 3) as a,
        started("add", path, "b", 3) as b,
        started("add", path, "c", 3) as c,
        started("add", path, "d", 3) as d,
    ):
        assert [read_rest(process)[-1:] for process in (a, b, c, d)] == [["done"]] * 4
    with open_store(path) as memory:
        assert memory.stats().memories == 12
    assert_whole(path)


def test_eight_threads_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    stores = at_once(lambda _: open_store(path), 8)
    for number, memory in enumerate(stores):
        memory.add(f"Thread {number} was here", user_id="ana")
        memory.close()
    with open_store(path) as memory:
        assert memory.stats().memories == 8


def test_eight_threads_that_add_to_one_object_lose_nothing_and_raise_nothing(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:

        def add_fifty(thread: int) -> list[str]:
            return [memory.add(f"Thread {thread} says {n}", user_id="ana").memories[0].id for n in range(50)]

        ids = [key for keys in at_once(add_fifty, 8) for key in keys]
        assert len(set(ids)) == 400
        assert stored_ids(memory, "ana") == set(ids)
    assert_whole(path)


def test_threads_read_while_others_write(tmp_path: Path) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("Thread none says nothing", user_id="ana")

        def work(thread: int) -> int:
            if thread % 2:
                for n in range(25):
                    memory.add(f"Thread {thread} says {n}", user_id="ana", session_id=f"s{thread}")
                return 25
            found = 0
            for _ in range(25):
                found = len(memory.search("what does a thread say", user_id="ana", limit=1000))
                assert len(memory.list(user_id="ana", limit=1000).memories) >= found
            return found

        assert sum(at_once(work, 8)[1::2]) == 100
        assert len(memory.search("what does a thread say", user_id="ana", limit=1000)) == 101


def test_no_thread_is_served_much_later_than_the_others(tmp_path: Path) -> None:
    """All begin together and add as many; if one starved, it would end when the others are long done."""
    with open_store(tmp_path / "agent.db") as memory:
        memory.add("warm", user_id="ana")
        begun = time.perf_counter()

        def add_forty(thread: int) -> list[float]:
            moments = []
            for n in range(40):
                memory.add(f"Thread {thread} says {n}", user_id="ana")
                moments.append(time.perf_counter() - begun)
            return moments

        moments = at_once(add_forty, 8)
    halfway = [thread[20] for thread in moments]
    end = max(thread[-1] for thread in moments)
    assert max(halfway) < 0.9 * end, "a thread had not half of its turns when the others were done"


def test_the_same_message_from_eight_threads_is_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        message = {"role": "user", "content": "I moved to Berlin", "id": "m1"}
        results = at_once(lambda _: memory.add(message, user_id="ana"), 8)

        events = [result.changes[0].event for result in results]
        assert sorted(events) == [Decision.ADD] + [Decision.NONE] * 7
        assert len({result.memories[0].id for result in results}) == 1
        assert memory.stats().memories == memory.stats().messages == 1
    assert_whole(path)


def test_one_text_from_eight_threads_is_one_memory_with_eight_sources(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        at_once(lambda _: memory.add("I moved to Berlin", user_id="ana"), 8)

        (only,) = memory.list(user_id="ana").memories
        assert len(only.sources) == 8
    assert_whole(path)


def test_the_same_idempotency_key_from_eight_threads_applies_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        results = at_once(lambda _: memory.add("I moved", user_id="ana", idempotency_key="k1"), 8)

        assert len({result.episode_id for result in results}) == 1
        assert memory.stats().episodes == 1
        assert len(memory.list(user_id="ana").memories[0].sources) == 1
    assert_whole(path)


def test_updates_of_one_memory_from_eight_threads_all_count(tmp_path: Path) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        key = memory.add("Nothing yet", user_id="ana").memories[0].id

        def update(thread: int) -> int:
            return memory.update(key, text=f"Thread {thread} was here").version

        assert sorted(at_once(update, 4)) == [2, 3, 4, 5]
        assert [version.version for version in memory.history(key)] == [1, 2, 3, 4, 5]


def test_of_eight_threads_that_expect_a_version_one_wins(tmp_path: Path) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        key = memory.add("Nothing yet", user_id="ana").memories[0].id

        def update(thread: int) -> str:
            try:
                memory.update(key, text=f"Thread {thread} was here", expected_version=1)
            except Conflict as conflict:
                return conflict.code
            return "won"

        assert sorted(at_once(update, 8)) == ["version_conflict"] * 7 + ["won"]


def test_closing_while_others_write_ends_them_with_store_closed(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    memory: Holdfast = open_store(path)
    added: list[str] = []

    def work(thread: int) -> str:
        if thread == 0:
            time.sleep(0.05)
            memory.close()
            return "closed"
        try:
            for n in range(10_000):
                result = memory.add(f"Thread {thread} says {n}", user_id="ana")
                added.append(result.memories[0].id)
        except HoldfastError as error:
            return error.code
        return "never"

    assert at_once(work, 4) == ["closed"] + ["store_closed"] * 3
    with open_store(path) as again:
        assert set(added) <= stored_ids(again, "ana")
    assert_whole(path)


def test_a_key_that_brought_nothing_new_is_used_up_all_the_same(tmp_path: Path) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        known = {"role": "user", "content": "I moved to Berlin", "id": "m1"}
        memory.add(known, user_id="ana")
        memory.add(known, user_id="ana", idempotency_key="k1")
        with pytest.raises(Conflict):
            memory.add("Something else", user_id="ana", idempotency_key="k1")
