"""The contract of the job queue, on every adapter."""

from holdfast.testing.contracts import DerivingContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, DerivingContract):
    pass


class TestSqliteFile(FilePlaces, DerivingContract):
    pass


class TestSqliteInMemory(MemoryPlaces, DerivingContract):
    pass
