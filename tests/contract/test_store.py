"""The contract of the store, on every adapter."""

from holdfast.testing.contracts import MemoryStoreContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, MemoryStoreContract):
    pass


class TestSqliteFile(FilePlaces, MemoryStoreContract):
    pass


class TestSqliteInMemory(MemoryPlaces, MemoryStoreContract):
    pass
