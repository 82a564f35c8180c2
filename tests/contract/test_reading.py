"""The contract of what a store shows to whom, on every adapter."""

from holdfast.testing.contracts import ReadingContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, ReadingContract):
    pass


class TestSqliteFile(FilePlaces, ReadingContract):
    pass


class TestSqliteInMemory(MemoryPlaces, ReadingContract):
    pass
