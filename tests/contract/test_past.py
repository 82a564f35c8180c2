"""The contract of a backend at an earlier instant, on every adapter."""

from holdfast.testing.contracts import ChangeContract, PastContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, PastContract):
    pass


class TestSqliteFile(FilePlaces, PastContract):
    pass


class TestSqliteInMemory(MemoryPlaces, PastContract):
    pass


class TestTwinChanges(TwinPlaces, ChangeContract):
    pass


class TestSqliteFileChanges(FilePlaces, ChangeContract):
    pass


class TestSqliteInMemoryChanges(MemoryPlaces, ChangeContract):
    pass
