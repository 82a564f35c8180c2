"""The contract of facts that are derived anew, on every adapter."""

from holdfast.testing.contracts import RederivingContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, RederivingContract):
    pass


class TestSqliteFile(FilePlaces, RederivingContract):
    pass


class TestSqliteInMemory(MemoryPlaces, RederivingContract):
    pass
