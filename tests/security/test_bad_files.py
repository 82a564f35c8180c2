"""Files that are no store, no longer one, or not to be touched: refused with a code, and left alone."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from holdfast import BackendRejected, BackendUnavailable, Holdfast, HoldfastError, InvalidInput, limits
from holdfast.testing import HashingEmbedder
from tests.reliability.processes import read_line, started
from tests.reliability.programs import ROOT
from tests.reliability.stores import open_store

SEED = 20_260_103


def a_store(path: Path) -> bytes:
    with open_store(path) as memory:
        memory.add([f"Sentence {n} about rye bread" for n in range(300)], user_id="ana")
    return path.read_bytes()


def other_program(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE notes (text); INSERT INTO notes VALUES ('not ours')").fetchall()
    connection.close()


def newer_schema(path: Path) -> None:
    open_store(path).close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", connection.pragma("user_version") + 1)
    connection.close()


NOT_STORES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a text": (lambda path: path.write_text("Dear diary,\n" * 1_000), {"not_a_store"}),
    "two bytes": (lambda path: path.write_bytes(b"SQ"), {"not_a_store"}),  # one counts as none to SQLite
    "a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5_000)), {"not_a_store"}),
    "zeros": (lambda path: path.write_bytes(bytes(8_192)), {"not_a_store"}),
    "chance": (lambda path: path.write_bytes(random.Random(SEED).randbytes(8_192)), {"not_a_store"}),  # noqa: S311
    "the first half of a header": (
        lambda path: path.write_bytes(a_store(path)[:50]),
        {"not_a_store", "store_damaged"},
    ),
    "the first page only": (lambda path: path.write_bytes(a_store(path)[:4_096]), {"store_damaged"}),
    "a store cut in half": (
        lambda path: path.write_bytes(a_store(path)[: path.stat().st_size // 2]),
        {"store_damaged"},
    ),
    "another program's file": (other_program, {"not_a_store"}),
    "a newer schema": (newer_schema, {"newer_schema"}),
    "a folder": (lambda path: path.mkdir(), {"store_unreadable"}),
}


@pytest.mark.parametrize("name", NOT_STORES)
def test_what_is_no_store_is_refused_and_left_as_it_was(tmp_path: Path, name: str) -> None:
    path = tmp_path / "agent.db"
    make, codes = NOT_STORES[name]
    make(path)
    before = path.read_bytes() if path.is_file() else b""

    def open_and_read() -> None:
        with open_store(path) as memory:
            assert memory.check() == ()
            memory.list(user_id="ana", limit=1000)

    with pytest.raises(BackendRejected) as caught:
        open_and_read()
    assert caught.value.code in codes
    assert str(path) in caught.value.message
    if path.is_file():
        after = path.read_bytes()
        assert (len(after), hash(after)) == (len(before), hash(before))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["agent.db"]


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    path.touch()
    with open_store(path) as memory:
        memory.add("The first words", user_id="ana")
        assert memory.check() == ()


PATHS = {
    "a folder that is missing": ("nowhere/agent.db", "store_unreadable"),
    "a file for a folder": ("file/agent.db", "store_unreadable"),
    "a nul": ("a\0b.db", "invalid_path"),
    "a lone surrogate": ("a\ud800.db", "invalid_path"),
    "nobody's home": ("~nobody-of-that-name/agent.db", "invalid_path"),
    "white space": ("  ", "invalid_path"),
    "a name that is too long": ("x" * 300, "store_unreadable"),
    "a number": (5, "invalid_path"),
    "bytes": (b"agent.db", "invalid_path"),
    "a URL": ("postgresql://localhost/x", "unknown_store"),
}


@pytest.mark.parametrize("name", PATHS)
def test_a_path_that_cannot_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no folder")
    path, code = PATHS[name]
    with pytest.raises(HoldfastError) as caught:
        Holdfast(path, embedder=HashingEmbedder())  # type: ignore[arg-type]  # that is the point
    assert caught.value.code == code
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


FILE_PATHS = {name: path for name, (path, _) in PATHS.items() if name != "a URL"}


@pytest.mark.parametrize("operation", ["backup", "export", "load"])
@pytest.mark.parametrize("name", FILE_PATHS)
def test_a_path_that_cannot_be_is_refused_by_the_operations_on_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, operation: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no folder")
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory, pytest.raises(HoldfastError) as caught:
        getattr(memory, operation)(FILE_PATHS[name])
    assert caught.value.code in {"invalid_path", "file_unusable", "store_unreadable", "file_io"}
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("operation", ["backup", "export"])
def test_nothing_is_written_over_a_file_that_is_there(tmp_path: Path, operation: str) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory, pytest.raises(InvalidInput) as caught:
        getattr(memory, operation)(target)
    assert caught.value.code == "target_exists"
    assert target.read_text() == "precious"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a damaged vector may hold what is no number
def test_flipped_bytes_never_bring_an_error_of_a_library(tmp_path: Path) -> None:
    """Wherever they lie, what is read is refused with a code of ours, or the flip lies in the words."""
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    whole = a_store(tmp_path / "whole.db")
    path = tmp_path / "agent.db"
    codes: set[str] = set()
    for _ in range(15):
        damaged = bytearray(whole)
        start = chance.randrange(100, len(whole) - 64)
        for at in range(start, start + chance.choice([1, 8, 64])):
            damaged[at] ^= chance.randrange(1, 256)
        path.write_bytes(damaged)
        calls: list[Callable[[Holdfast], object]] = [
            lambda memory: memory.check(),
            lambda memory: memory.list(user_id="ana", limit=1000),
            lambda memory: memory.search("sentence about bread", user_id="ana", limit=1000),
            lambda memory: memory.context("sentence about bread", user_id="ana"),
            lambda memory: memory.export(tmp_path / f"export{chance.random()}.jsonl"),
            lambda memory: memory.add("Sentence 301", user_id="ana"),
        ]
        for read in calls:
            try:
                with open_store(path) as memory:
                    read(memory)
            except HoldfastError as error:
                codes.add(error.code)
    assert "store_damaged" in codes
    assert codes <= {"store_damaged", "not_a_store", "store_rejected", "store_io", "newer_schema"}


def test_a_file_that_is_locked_too_long_is_busy_and_then_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_SECONDS", 0.2)
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        kept = memory.add("Before the lock", user_id="ana").memories[0]
        with started("hold_lock", path) as process:
            assert read_line(process) == "locked"
            with pytest.raises(BackendUnavailable) as caught:
                memory.add("During the lock", user_id="ana")
            assert caught.value.code == "store_busy"
            assert memory.get(kept.id).text == "Before the lock"
            with open_store(path) as reader:
                assert len(reader.search("lock", user_id="ana")) == 1
        memory.add("After the lock", user_id="ana")
        assert [item.text for item in memory.list(user_id="ana").memories] == [
            "After the lock",
            "Before the lock",
        ]


UNPRIVILEGED = """
import os, sys
from holdfast import Holdfast, HoldfastError
from holdfast.testing import HashingEmbedder
with Holdfast(":memory:", embedder=HashingEmbedder()) as first:  # imports all that it needs
    first.add("words", user_id="ana")
    first.list(user_id="ana")
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
memory = None
try:
    memory = Holdfast(sys.argv[1], embedder=HashingEmbedder())
    print("opened", len(memory.list(user_id="ana").memories))
    memory.add("New words", user_id="ana")
    print("added")
except HoldfastError as error:
    print(error.code)
"""


def said_without_privileges(path: Path) -> list[str]:
    """What a process says that is not root, and whose home this is not."""
    folder = path.parent
    while folder != folder.parent:  # the way to the file must be open to others
        if os.stat(folder).st_uid == os.getuid():  # noqa: PTH116
            folder.chmod(folder.stat().st_mode | 0o011)
        folder = folder.parent
    answer = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": "/"},
    )
    if "Permission denied" in answer.stderr and "holdfast" not in answer.stderr.rpartition("\n")[0]:
        pytest.skip("the interpreter cannot be started without privileges")
    assert answer.stderr == ""
    return answer.stdout.split("\n")[:-1]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
class TestWithoutPermission:
    def test_a_file_that_may_not_be_read_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "agent.db"
        a_store(path)
        path.chmod(0o000)
        assert said_without_privileges(path) == ["store_unreadable"]

    def test_a_file_and_folder_that_may_not_be_written_are_refused(self, tmp_path: Path) -> None:
        folder = tmp_path / "locked"
        folder.mkdir()
        path = folder / "agent.db"
        a_store(path)
        path.chmod(0o444)
        folder.chmod(0o555)
        said = said_without_privileges(path)
        folder.chmod(0o755)
        assert said[-1] in {"store_read_only", "store_unreadable"}
        assert "added" not in said

    def test_a_folder_that_may_not_be_written_takes_no_new_store(self, tmp_path: Path) -> None:
        folder = tmp_path / "locked"
        folder.mkdir()
        folder.chmod(0o555)
        said = said_without_privileges(folder / "agent.db")
        folder.chmod(0o755)
        assert said == ["store_unreadable"]
