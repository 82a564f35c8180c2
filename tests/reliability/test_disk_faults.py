"""A disk that fails: the right error, nothing by halves, and the same object works again after the repair."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from holdfast import Holdfast, HoldfastError
from tests.reliability.disk import Disk, plugged_in
from tests.reliability.stores import half_writes, open_store

CALLS_MAX = 400


@dataclass(frozen=True)
class Fault:
    """What the disk does from the n-th call on, and the codes that this may have."""

    operation: str
    error: type[apsw.Error] | None
    codes: frozenset[str]


FAULTS = {
    "write error": Fault("write", apsw.IOError, frozenset({"store_io"})),
    "full disk": Fault("write", apsw.FullError, frozenset({"disk_full"})),
    "flush error": Fault("sync", apsw.IOError, frozenset({"store_io"})),
    "read error": Fault("read", apsw.IOError, frozenset({"store_io"})),
    "short read": Fault("read", None, frozenset({"store_io", "store_damaged", "not_a_store"})),
}

Operation = Callable[[Holdfast, str, int], object]

WRITES: dict[str, Operation] = {
    "add": lambda memory, _, n: memory.add(f"Sentence {n} that comes to grief", user_id="ana"),
    "update": lambda memory, key, n: memory.update(key, text=f"Text {n} that comes to grief"),
    "delete": lambda memory, key, _: memory.delete(memory.add("short-lived", user_id="bob").memories[0].id),
    "relate": lambda memory, key, n: memory.relate(
        key, f"kind_{n}", memory.add(f"Other end {n}", user_id="bob").memories[0].id
    ),
}

READS: dict[str, Operation] = {
    "search": lambda memory, _, n: memory.search("sentence about bread", user_id="ana"),
    "context": lambda memory, _, n: memory.context("sentence about bread", user_id="ana"),
    "list": lambda memory, _, n: memory.list(user_id="ana"),
    "get": lambda memory, key, n: memory.get(key),
    "history": lambda memory, key, n: memory.history(key),
    "stats": lambda memory, _, n: memory.stats(),
    "check": lambda memory, _, n: memory.check(),
}


@pytest.fixture
def disk() -> Iterator[Disk]:
    with plugged_in() as disk:
        yield disk


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "agent.db"
    with open_store(path) as memory:
        memory.add([f"Sentence {n} about bread and butter" for n in range(300)], user_id="ana")
    return path


def copy_of(filled: Path, folder: Path) -> Path:
    path = folder / "agent.db"
    path.write_bytes(filled.read_bytes())
    return path


def fail_from(disk: Disk, fault: Fault, at: int) -> None:
    disk.fail(fault.operation, at=at, error=fault.error)


def everything(memory: Holdfast) -> tuple[object, ...]:
    """All that a reader can see, to compare before and after."""
    stats = memory.stats()
    return (
        stats.memories,
        stats.messages,
        stats.relations,
        [(item.id, item.version, item.text) for item in memory.list(user_id="ana", limit=1000).memories],
    )


def steps(limit: int) -> Iterator[int]:
    """1, 2, 3 …, then in longer and longer strides."""
    at = 1
    while at <= limit:
        yield at
        at += 1 + at // 8


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("kind", ["write error", "full disk", "flush error"])
def test_a_write_fails_whole_and_works_again_after_the_repair(
    tmp_path: Path, filled: Path, disk: Disk, kind: str, name: str
) -> None:
    path, fault, work = copy_of(filled, tmp_path), FAULTS[kind], WRITES[name]
    codes: list[str] = []
    with open_store(path) as memory:
        key = memory.list(user_id="ana", limit=1).memories[0].id
        memory.add("Somebody else", user_id="bob")
        for at in steps(CALLS_MAX):
            before = everything(memory)
            fail_from(disk, fault, at)
            try:
                work(memory, key, at)
            except HoldfastError as error:
                codes.append(error.code)
                disk.repair()
                if name in {"add", "update"} and kind != "flush error":  # the other two write twice
                    assert everything(memory) == before
            struck = disk.repair()
            memory.add(f"After the fault {at}", user_id="bob")
            assert memory.check() == ()
            if not struck:
                break
        else:
            pytest.fail("the operation never came to its end")
        work(memory, key, 0)
    assert set(codes) == fault.codes
    assert len(codes) >= 1
    assert half_writes(path) == []


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("kind", ["read error", "short read"])
def test_a_read_fails_with_the_right_error_and_works_again_after_the_repair(
    tmp_path: Path, filled: Path, disk: Disk, kind: str, name: str
) -> None:
    path, fault, work = copy_of(filled, tmp_path), FAULTS[kind], READS[name]
    codes: list[str] = []
    with open_store(path) as whole:
        key = whole.list(user_id="ana", limit=1).memories[0].id
        expected = work(whole, key, 0)
    for at in steps(CALLS_MAX):
        with open_store(path) as memory:
            fail_from(disk, fault, at)
            try:
                found = work(memory, key, 0)
            except HoldfastError as error:
                codes.append(error.code)
            else:
                if name == "check" and found != expected:
                    assert disk.failures
                    codes.append("store_damaged")  # said in sentences: looking for damage is its work
                else:
                    assert comparable(found) == comparable(expected)
            struck = disk.repair()
            assert comparable(work(memory, key, 0)) == comparable(expected)
            if not struck:
                break
    else:
        pytest.fail("the operation never came to its end")
    assert codes
    assert set(codes) <= fault.codes


def comparable(found: object) -> object:
    """Without what depends on the files beside the store."""
    return str(found).partition("bytes_on_disk")[0]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_new_store_that_could_not_be_made_can_be_made_after_the_repair(
    tmp_path: Path, disk: Disk, kind: str
) -> None:
    fault = FAULTS[kind]
    codes: list[str] = []
    for at in steps(CALLS_MAX):
        path = tmp_path / f"{at}.db"
        fail_from(disk, fault, at)
        try:
            open_store(path).close()
        except HoldfastError as error:
            codes.append(error.code)
        struck = disk.repair()
        with open_store(path) as memory:
            memory.add("The first words after the repair", user_id="ana")
            assert memory.check() == ()
        if not struck:
            break
    else:
        pytest.fail("opening never came to its end")
    assert set(codes) <= fault.codes
    assert codes


@pytest.mark.parametrize("kind", ["read error", "short read"])
def test_a_store_that_could_not_be_opened_opens_after_the_repair(
    tmp_path: Path, filled: Path, disk: Disk, kind: str
) -> None:
    path, fault = copy_of(filled, tmp_path), FAULTS[kind]
    codes: list[str] = []
    for at in steps(CALLS_MAX):
        fail_from(disk, fault, at)
        try:
            open_store(path).close()
        except HoldfastError as error:
            codes.append(error.code)
        struck = disk.repair()
        with open_store(path) as memory:
            assert memory.stats().memories == 300
        if not struck:
            break
    else:
        pytest.fail("opening never came to its end")
    assert set(codes) <= fault.codes
    assert codes


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "short read"])
def test_a_backup_that_fails_leaves_no_file_under_its_name(
    tmp_path: Path, filled: Path, disk: Disk, kind: str
) -> None:
    path, fault, target = copy_of(filled, tmp_path), FAULTS[kind], tmp_path / "copy.db"
    codes: list[str] = []
    for at in steps(2 * CALLS_MAX):
        with open_store(path) as memory:
            # Once: SQLite tries again to undo the copy, and a disk in Python cannot fail there.
            disk.fail(fault.operation, at=at, times=1, error=fault.error)
            try:
                memory.backup(target)
            except HoldfastError as error:
                codes.append(error.code)
                assert not target.exists()
            struck = disk.repair()
            target.unlink(missing_ok=True)
            memory.backup(target)
        with open_store(target) as copy:
            assert copy.check() == ()
            assert copy.stats().memories == 300
        target.unlink()
        if not struck:
            break
    else:
        pytest.fail("the backup never came to its end")
    assert set(codes) <= fault.codes
    assert codes


@pytest.mark.parametrize("kind", ["read error", "short read"])
def test_an_export_that_cannot_read_its_store_leaves_no_file(
    tmp_path: Path, filled: Path, disk: Disk, kind: str
) -> None:
    path, fault, target = copy_of(filled, tmp_path), FAULTS[kind], tmp_path / "export.jsonl"
    codes: list[str] = []
    for at in steps(CALLS_MAX):
        with open_store(path) as memory:
            fail_from(disk, fault, at)
            try:
                memory.export(target)
            except HoldfastError as error:
                codes.append(error.code)
                assert not target.exists()
            struck = disk.repair()
            target.unlink(missing_ok=True)
            assert memory.export(target) == 301
            target.unlink()
        if not struck:
            break
    else:
        pytest.fail("the export never came to its end")
    assert set(codes) <= fault.codes
    assert codes
