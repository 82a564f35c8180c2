"""The contract of records, on every adapter."""

from holdfast.testing.contracts import TransferContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, TransferContract):
    pass


class TestSqliteFile(FilePlaces, TransferContract):
    pass


class TestSqliteInMemory(MemoryPlaces, TransferContract):
    pass
