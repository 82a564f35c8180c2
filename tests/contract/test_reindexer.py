"""The contract of the reindexer, on every adapter."""

from holdfast.testing.contracts import ReindexerContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, ReindexerContract):
    pass


class TestSqliteFile(FilePlaces, ReindexerContract):
    pass


class TestSqliteInMemory(MemoryPlaces, ReindexerContract):
    pass
