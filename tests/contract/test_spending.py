"""The contract of the job queue, on every adapter."""

from holdfast.testing.contracts import SpendingLedgerContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, SpendingLedgerContract):
    pass


class TestSqliteFile(FilePlaces, SpendingLedgerContract):
    pass


class TestSqliteInMemory(MemoryPlaces, SpendingLedgerContract):
    pass
