"""What every adapter of a port must pass. Needs pytest and Hypothesis, which Holdfast does not install.

An adapter's test module subclasses the contracts and says where a new store is to be found::

    class TestMyStore(MemoryStoreContract, MyPlaces): ...

where ``MyPlaces`` overrides the fixture ``new_place``. Put
``pytest.register_assert_rewrite("holdfast.testing.contracts")`` into ``conftest.py`` to see in full what
an assertion compared.
"""

from holdfast.testing.contracts.changes import ChangeContract
from holdfast.testing.contracts.deriving import DerivingContract
from holdfast.testing.contracts.event_log import EventLogContract
from holdfast.testing.contracts.filters import FilterContract
from holdfast.testing.contracts.graph import EntityGraphContract
from holdfast.testing.contracts.jobs import JobQueueContract
from holdfast.testing.contracts.language_model import LanguageModelContract
from holdfast.testing.contracts.past import PastContract
from holdfast.testing.contracts.place import BackendContract, Place
from holdfast.testing.contracts.reading import ReadingContract
from holdfast.testing.contracts.rederiving import RederivingContract
from holdfast.testing.contracts.reindexer import ReindexerContract
from holdfast.testing.contracts.spending import SpendingLedgerContract
from holdfast.testing.contracts.store import MemoryStoreContract
from holdfast.testing.contracts.transfer import TransferContract
from holdfast.testing.contracts.turns import TurnIndexContract
from holdfast.testing.contracts.vectors import VectorIndexContract
from holdfast.testing.contracts.words import WordIndexContract

__all__ = [
    "BackendContract",
    "ChangeContract",
    "DerivingContract",
    "EntityGraphContract",
    "EventLogContract",
    "FilterContract",
    "JobQueueContract",
    "LanguageModelContract",
    "MemoryStoreContract",
    "PastContract",
    "Place",
    "ReadingContract",
    "RederivingContract",
    "ReindexerContract",
    "SpendingLedgerContract",
    "TransferContract",
    "TurnIndexContract",
    "VectorIndexContract",
    "WordIndexContract",
]
