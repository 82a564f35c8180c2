"""A process that is killed loses nothing that it acknowledged, and leaves nothing by halves."""

import random
import time
from pathlib import Path

import pytest

from holdfast import Holdfast
from holdfast.testing import HashingEmbedder
from tests.reliability.processes import read_line, read_rest, started
from tests.reliability.stores import assert_whole, half_writes, open_store, stored_ids

SEED = 20_260_101


def kill_while_adding(path: Path, chance: random.Random, *, name: str, count: int, after: int) -> set[str]:
    """Add in another process, kill it a moment after so many adds; the ids it had acknowledged by then."""
    with started("add", path, name, count) as process:
        assert read_line(process) == "open"
        acknowledged = {read_line(process) for _ in range(after)}
        time.sleep(chance.random() * 0.004)
        process.kill()
        return (acknowledged | set(read_rest(process))) - {"done"}


def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    path = tmp_path / "agent.db"
    acknowledged: set[str] = set()
    for n in range(6):
        acknowledged |= kill_while_adding(
            path, chance, name=f"speaker{n}", count=500, after=chance.randint(0, 60)
        )
        with open_store(path) as memory:
            assert acknowledged <= stored_ids(memory, "ana")
            assert memory.check() == ()
        assert half_writes(path) == []
    assert len(acknowledged) >= 6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_adds_survive_kills_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    path = tmp_path / "agent.db"
    acknowledged: set[str] = set()
    kills = 0
    while len(acknowledged) < 10_000:
        kills += 1
        left = 10_000 - len(acknowledged)
        after = min(left, chance.randint(50, 800))
        acknowledged |= kill_while_adding(
            path, chance, name=f"speaker{kills}", count=left + 1_000, after=after
        )
        if kills % 5 == 0:
            assert_whole(path)
    with open_store(path) as memory:
        ids = stored_ids(memory, "ana")
        assert acknowledged <= ids
        assert len(ids) - len(acknowledged) <= kills  # at most one of each run was on its way out
    assert_whole(path)


@pytest.mark.parametrize("delay_seconds", [0.0, 0.001, 0.003, 0.006, 0.01, 0.02, 0.04])
def test_a_kill_while_a_new_store_is_made_leaves_one_that_opens(tmp_path: Path, delay_seconds: float) -> None:
    path = tmp_path / "agent.db"
    with started("open_only", path) as process:
        assert read_line(process) == "opening"
        time.sleep(delay_seconds)
        process.kill()

    with open_store(path) as memory:
        added = memory.add("The first words after the accident", user_id="ana").memories[0]
        assert memory.get(added.id).text == "The first words after the accident"
    assert_whole(path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a thousand memories, copied by the tests that harm it."""
    path = tmp_path_factory.mktemp("filled") / "agent.db"
    with open_store(path) as memory:
        for start in range(0, 1_000, 250):
            memory.add(
                [f"Sentence {n} about subject {n % 37}" for n in range(start, start + 250)], user_id="ana"
            )
    return path


def copy_of(filled: Path, folder: Path) -> Path:
    path = folder / "agent.db"
    path.write_bytes(filled.read_bytes())
    return path


@pytest.mark.parametrize("reports", [0, 1, 3])
def test_a_kill_while_reindexing_keeps_the_old_vectors_and_it_can_go_on(
    tmp_path: Path, filled: Path, reports: int
) -> None:
    path = copy_of(filled, tmp_path)
    with started("reindex", path, "2") as process:
        assert read_line(process) == "open"
        for _ in range(reports):
            assert "/" in read_line(process)
        process.kill()
        finished = "done" in read_rest(process)

    embedder = HashingEmbedder(revision="2")
    with Holdfast(path, embedder=embedder, any_embedder=True) as memory:
        assert memory.check() == ()
        found = memory.stats().embedder
        assert found is not None
        if found.revision == "1":
            assert not finished
            with open_store(path) as old:
                assert old.search("Sentence 77 about subject 3", user_id="ana")[0].memory.text.startswith(
                    "Sentence 77"
                )
        memory.reindex()
        stats = memory.stats()
        assert (stats.embedder, stats.memories) == (embedder.identity, 1_000)
        assert memory.search("Sentence 77 about subject 3", user_id="ana")[0].memory.text.startswith(
            "Sentence 77"
        )
    assert half_writes(path) == []


@pytest.mark.parametrize("delay_seconds", [0.0, 0.001, 0.002, 0.004, 0.008])
def test_a_kill_during_backup_leaves_no_half_copy_under_its_name(
    tmp_path: Path, filled: Path, delay_seconds: float
) -> None:
    target = tmp_path / "copy.db"
    with started("backup", filled, target) as process:
        assert read_line(process) == "open"
        time.sleep(delay_seconds)
        process.kill()

    if target.exists():
        with open_store(target) as copy:
            assert copy.stats().memories == 1_000
        assert_whole(target)
        target.unlink()
    with open_store(filled) as memory:
        memory.backup(target)
    assert_whole(target)
    assert [file.name for file in tmp_path.iterdir() if "unfinished" in file.name] == []


@pytest.mark.parametrize("reports", [0, 3])
def test_a_kill_during_export_leaves_no_half_file_under_its_name(
    tmp_path: Path, filled: Path, reports: int
) -> None:
    target = tmp_path / "export.jsonl"
    with started("export", filled, target) as process:
        assert read_line(process) == "open"
        for _ in range(reports):
            assert "/" in read_line(process)
        process.kill()
        finished = "done" in read_rest(process)

    assert finished or not target.exists()
    target.unlink(missing_ok=True)
    with open_store(filled) as memory:
        assert memory.export(target) == 1_004


@pytest.mark.parametrize("reports", [1, 3])
def test_a_load_that_was_killed_completes_when_it_is_run_again(
    tmp_path: Path, filled: Path, reports: int
) -> None:
    source = tmp_path / "export.jsonl"
    with open_store(filled) as memory:
        written = memory.export(source)
    path = tmp_path / "agent.db"
    with started("load", path, source) as process:
        assert read_line(process) == "open"
        for _ in range(reports):
            assert "/" in read_line(process)
        process.kill()

    with open_store(path) as memory:
        memory.load(source)
        assert memory.stats().memories == 1_000
        assert memory.load(source) == 0
        again = tmp_path / "again.jsonl"
        assert memory.export(again) == written
    assert again.read_bytes() == source.read_bytes()
    assert_whole(path, loaded=True)
