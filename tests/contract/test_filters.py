"""The contract of filters on SQLite: the SQL is the same in a file, and the twin asks the domain itself."""

from holdfast.testing.contracts import FilterContract
from tests.contract.places import MemoryPlaces


class TestSqliteInMemory(MemoryPlaces, FilterContract):
    pass
