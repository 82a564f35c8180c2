"""A real disk that is full: a small file system of its own, where the machine allows to mount one."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast import BackendUnavailable
from tests.reliability.stores import assert_whole, half_writes, open_store, stored_ids


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    umount = shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("there is no mount command")
    mounted = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system is not permitted")
    yield folder
    subprocess.run([umount, "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_loses_nothing_and_room_heals_it(small_disk: Path) -> None:
    path, ballast = small_disk / "agent.db", small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    acknowledged: set[str] = set()
    with open_store(path) as memory:

        def add_for_ever() -> None:
            for n in range(10_000):
                added = memory.add(f"Sentence {n} {'with many words ' * 20}", user_id="ana")
                acknowledged.add(added.memories[0].id)

        with pytest.raises(BackendUnavailable) as caught:
            add_for_ever()
        assert caught.value.code == "disk_full"
        assert stored_ids(memory, "ana") == acknowledged
        assert memory.search("Sentence 3 with many words", user_id="ana").hits

        ballast.unlink()
        acknowledged.add(memory.add("There is room again", user_id="ana").memories[0].id)
        assert stored_ids(memory, "ana") == acknowledged
    assert len(acknowledged) > 10
    assert_whole(path)
    assert half_writes(path) == []


def test_backup_and_export_to_a_full_disk_leave_no_file(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(1_950_000))
    with open_store(tmp_path / "agent.db") as memory:
        memory.add([f"Sentence {n} {'with many words ' * 20}" for n in range(500)], user_id="ana")
        with pytest.raises(BackendUnavailable) as caught:
            memory.backup(small_disk / "copy.db")
        assert caught.value.code == "disk_full"
        with pytest.raises(BackendUnavailable) as caught:
            memory.export(small_disk / "export.jsonl")
        assert caught.value.code == "file_io"
    assert [file.name for file in small_disk.iterdir()] == ["ballast"]


def test_a_new_store_on_a_full_disk_is_refused(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2_080_000))
    with pytest.raises(BackendUnavailable) as caught:
        open_store(small_disk / "agent.db")
    assert caught.value.code in {"disk_full", "store_io"}  # the shared memory beside the log has no room
    ballast.unlink()
    with open_store(small_disk / "agent.db") as memory:
        memory.add("There is room now", user_id="ana")
