"""The contract of the job queue, on every adapter."""

from holdfast.testing.contracts import JobQueueContract
from tests.contract.places import FilePlaces, MemoryPlaces, TwinPlaces


class TestTwin(TwinPlaces, JobQueueContract):
    pass


class TestSqliteFile(FilePlaces, JobQueueContract):
    pass


class TestSqliteInMemory(MemoryPlaces, JobQueueContract):
    pass
