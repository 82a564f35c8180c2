"""For tests of programs that use Holdfast, and of adapters: doubles that need no disk, model or waiting."""

from holdfast.testing.clock import CountingIds, FrozenClock
from holdfast.testing.embedder import HashingEmbedder

__all__ = ["CountingIds", "FrozenClock", "HashingEmbedder"]
