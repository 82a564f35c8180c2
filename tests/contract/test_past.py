"""The contract of a backend at an earlier instant, on every adapter."""

from holdfast.testing.contracts import PastContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, PastContract):
    pass


class TestSqliteFile(FilePlaces, PastContract):
    pass


class TestSqliteInMemory(MemoryPlaces, PastContract):
    pass
