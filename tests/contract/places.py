"""Where the adapters of this project keep the stores of the contracts."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from holdfast.adapters.sqlite import Database, backend_on, open_sqlite
from holdfast.ports import Backend, EmbedderIdentity
from holdfast.testing import InMemoryData, open_in_memory
from holdfast.testing.contracts import Place


class TwinPlaces:
    """Python objects."""

    makes_backups = False

    @pytest.fixture
    def new_place(self) -> Callable[[], Place]:
        return twin


class FilePlaces:
    """SQLite files in the test's own folder."""

    @pytest.fixture
    def new_place(self, tmp_path: Path) -> Callable[[], Place]:
        numbers = count(1)

        def new() -> Place:
            file = tmp_path / f"store-{next(numbers)}.db"
            return lambda identity: open_sqlite(file, identity)

        return new

    def open_copy(self, path: Path) -> Backend:
        return open_copy(path)


class MemoryPlaces:
    """SQLite in memory."""

    @pytest.fixture
    def new_place(self) -> Callable[[], Place]:
        return sqlite_in_memory

    def open_copy(self, path: Path) -> Backend:
        return open_copy(path)


def twin() -> Place:
    data = InMemoryData()
    return lambda identity: open_in_memory(identity, data)


def sqlite_in_memory() -> Place:
    """One database for all openings of a place, as one file would be."""
    database = Database(":memory:")
    return lambda identity: backend_on(database, identity)


def open_copy(path: Path) -> Backend:
    return open_sqlite(path, EmbedderIdentity("any", "1", 64))
