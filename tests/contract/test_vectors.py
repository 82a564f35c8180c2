"""The contract of the vector index, on every adapter."""

from holdfast.testing.contracts import VectorIndexContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, VectorIndexContract):
    pass


class TestSqliteFile(FilePlaces, VectorIndexContract):
    pass


class TestSqliteInMemory(MemoryPlaces, VectorIndexContract):
    pass
