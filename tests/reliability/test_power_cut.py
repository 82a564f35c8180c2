"""A power cut loses what was never flushed; what was acknowledged had been."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.disk import Disk, plugged_in
from tests.reliability.stores import half_writes, open_store, stored_texts

SEED = 20_260_102


@pytest.fixture
def disk() -> Iterator[Disk]:
    with plugged_in() as disk:
        disk.keeps_images = True
        yield disk


def cut_power(disk: Disk, folder: Path, chance: random.Random | None = None) -> Path:
    """The store as it is found after a power cut now."""
    folder.mkdir()
    disk.after_power_cut(folder, chance)
    return folder / "agent.db"


@pytest.mark.parametrize("partly", [False, True], ids=["nothing more", "any part of the rest"])
def test_after_a_power_cut_everything_acknowledged_is_there(
    tmp_path: Path,
    disk: Disk,
    partly: bool,  # noqa: FBT001
) -> None:
    chance = random.Random(SEED) if partly else None  # noqa: S311 (chance that is repeated)
    acknowledged: dict[str, str] = {}
    with open_store(tmp_path / "agent.db") as memory:
        for n in range(150):  # two checkpoints and more
            added = memory.add(f"Sentence number {n}", user_id="ana").memories[0]
            acknowledged[added.id] = added.text
            if n % 10 == 3:
                changed = memory.update(added.id, text=f"Sentence number {n}, said better")
                acknowledged[added.id] = changed.text
            if n % 7 == 0:
                found = cut_power(disk, tmp_path / f"cut{n}", chance)
                disk.keeps_images = False
                with open_store(found) as after:
                    assert stored_texts(after, "ana") == acknowledged
                    assert after.check() == ()
                assert half_writes(found) == []
                disk.keeps_images = True


def test_a_power_cut_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing(
    tmp_path: Path, disk: Disk
) -> None:
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    cuts: list[tuple[Path, int]] = []
    acknowledged = 0

    class Cutting(type(disk)):  # type: ignore[misc]  # the disk's own class, with a knife
        def wrote(self, name: str, offset: int, data: bytes | None) -> None:
            super().wrote(name, offset, data)
            if chance.random() < 0.02:
                cuts.append((cut_power(self, tmp_path / f"cut{len(cuts)}", chance), acknowledged))

    disk.__class__ = Cutting
    with open_store(tmp_path / "agent.db") as memory:
        for n in range(60):
            memory.add([f"One half of {n}", f"The other half of {n}"], user_id="ana")
            acknowledged = n + 1
    disk.keeps_images = False
    assert len(cuts) > 20
    for found, done in cuts:
        with open_store(found) as after:
            texts = set(stored_texts(after, "ana").values())
            assert after.check() == ()
        assert len(texts) in {2 * done, 2 * done + 2}
        assert texts == {
            f"{part} half of {n}" for part in ("One", "The other") for n in range(len(texts) // 2)
        }
        assert half_writes(found) == []


def test_a_power_cut_while_a_new_store_is_made_leaves_one_that_opens(tmp_path: Path, disk: Disk) -> None:
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    cuts: list[Path] = []

    class Cutting(type(disk)):  # type: ignore[misc]  # the disk's own class, with a knife
        def wrote(self, name: str, offset: int, data: bytes | None) -> None:
            super().wrote(name, offset, data)
            if len(cuts) < 120 and chance.random() < 0.4:
                cuts.append(cut_power(self, tmp_path / f"cut{len(cuts)}", chance))

    disk.__class__ = Cutting
    open_store(tmp_path / "agent.db").close()
    disk.keeps_images = False
    assert len(cuts) > 20
    for found in cuts:
        with open_store(found) as after:
            after.add("The first words after the cut", user_id="ana")
            assert after.check() == ()
