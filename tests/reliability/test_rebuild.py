"""A rebuild that is killed leaves a whole store, and the next one ends where it should."""

import random
import time
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.adapters.sqlite import open_sqlite
from holdfast.domain.scope import Scope
from holdfast.testing import HashingEmbedder
from tests.reliability.processes import read_line, started
from tests.reliability.stores import half_writes, open_store

pytestmark = pytest.mark.facts

SEED = 20_260_102
MESSAGES = 300


def believed(path: Path) -> set[tuple[str, str]]:
    with closing(open_sqlite(path, HashingEmbedder().identity).store) as store:
        found = store.facts(Scope.of(user_id="ana"), after=None, limit=2 * MESSAGES)
    return {(each.id, each.text) for each in found if not each.is_deleted}


def test_rebuild_that_is_killed_goes_on_to_the_same_end(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (chance that is repeated)
    path = tmp_path / "agent.db"
    with open_store(path) as memory:
        told = [{"role": "user", "name": "Ana", "content": f"I like tea{n}"} for n in range(MESSAGES)]
        memory.add(told, user_id="ana")
        before = believed(path)
    assert len(before) == MESSAGES

    seen = set()
    for _ in range(3):
        for comparison in tmp_path.glob("*rebuild*"):  # its lease lasts a minute after a kill
            comparison.unlink()
        with started("rebuild_back_and_forth", path) as process:
            assert read_line(process) == "open"
            for _ in range(chance.randint(1, 12)):
                read_line(process)
            time.sleep(chance.random() * 0.1)
            process.kill()
        with open_store(path) as memory:
            found = believed(path)
            seen.add(len(found))
            assert found <= before
            assert memory.check() == ()
        assert half_writes(path) == []

    with open_store(path) as memory:
        memory.rebuild("rules", user_id="ana", switch=True)
        assert believed(path) == before
