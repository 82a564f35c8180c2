"""The contract of filters on SQLite. The twin asks the domain's rule itself."""

from holdfast.testing.contracts import FilterContract
from tests.contract.places import FilePlaces, MemoryPlaces


class TestSqliteFile(FilePlaces, FilterContract):
    pass


class TestSqliteInMemory(MemoryPlaces, FilterContract):
    pass
