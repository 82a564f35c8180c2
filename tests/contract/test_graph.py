"""The contract of the graph of entities, on every adapter."""

from holdfast.testing.contracts import EntityGraphContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, EntityGraphContract):
    pass


class TestSqliteFile(FilePlaces, EntityGraphContract):
    pass


class TestSqliteInMemory(MemoryPlaces, EntityGraphContract):
    pass
