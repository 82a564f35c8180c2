"""The contract of the word index, on every adapter."""

from holdfast.testing.contracts import WordIndexContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, WordIndexContract):
    pass


class TestSqliteFile(FilePlaces, WordIndexContract):
    pass


class TestSqliteInMemory(MemoryPlaces, WordIndexContract):
    pass
