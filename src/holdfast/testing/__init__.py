"""For tests of programs that use Holdfast, and of adapters: doubles that need no disk, model or waiting.

``holdfast.testing.contracts`` holds what every adapter must pass; it needs pytest and Hypothesis.
"""

from holdfast.testing.clock import CountingIds, FrozenClock
from holdfast.testing.embedder import HashingEmbedder
from holdfast.testing.in_memory import (
    InMemoryData,
    InMemoryEventLog,
    InMemoryJobQueue,
    InMemoryReindexer,
    InMemorySpendingLedger,
    InMemoryStore,
    InMemoryVectorIndex,
    InMemoryWordIndex,
    open_in_memory,
)
from holdfast.testing.language_model import Asked, ScriptedLanguageModel

__all__ = [
    "Asked",
    "CountingIds",
    "FrozenClock",
    "HashingEmbedder",
    "InMemoryData",
    "InMemoryEventLog",
    "InMemoryJobQueue",
    "InMemoryReindexer",
    "InMemorySpendingLedger",
    "InMemoryStore",
    "InMemoryVectorIndex",
    "InMemoryWordIndex",
    "ScriptedLanguageModel",
    "open_in_memory",
]
