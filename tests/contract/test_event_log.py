"""The contract of the event log, on every adapter."""

from holdfast.testing.contracts import EventLogContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, EventLogContract):
    pass


class TestSqliteFile(FilePlaces, EventLogContract):
    pass


class TestSqliteInMemory(MemoryPlaces, EventLogContract):
    pass
