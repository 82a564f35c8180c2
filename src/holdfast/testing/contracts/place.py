"""Where a contract's store lies, and what it is written with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from holdfast.errors import HoldfastError
from holdfast.ports import Backend, EmbedderIdentity
from holdfast.testing.contracts.scribe import Scribe
from holdfast.testing.embedder import HashingEmbedder

Place = Callable[[EmbedderIdentity], Backend]
"""Opens one store for an embedder; called again, it opens the same store once more."""

EMBEDDER = HashingEmbedder()


class BackendContract:
    """The fixtures of every contract. A subclass overrides ``new_place``."""

    @pytest.fixture
    def new_place(self) -> Callable[[], Place]:
        """Gives an empty place each time it is called."""
        raise NotImplementedError("override the fixture new_place")

    @pytest.fixture
    def open_place(self, new_place: Callable[[], Place]) -> Iterator[Callable[[], Place]]:
        """As ``new_place``, with everything closed when the test ends."""
        opened: list[Backend] = []

        def remembering(place: Place) -> Place:
            def open_it(identity: EmbedderIdentity) -> Backend:
                opened.append(place(identity))
                return opened[-1]

            return open_it

        yield lambda: remembering(new_place())
        for backend in opened:
            backend.store.close()

    @pytest.fixture
    def place(self, open_place: Callable[[], Place]) -> Place:
        """The place of this test."""
        return open_place()

    @pytest.fixture
    def backend(self, place: Place) -> Backend:
        """The store of this test, open for a hashing embedder."""
        return place(EMBEDDER.identity)

    @pytest.fixture
    def scribe(self, backend: Backend) -> Scribe:
        """Writes to the store of this test."""
        return Scribe(backend, EMBEDDER)

    @pytest.fixture
    def empty(self, open_place: Callable[[], Place]) -> Backend:
        """Another store with nothing in it."""
        return open_place()(EMBEDDER.identity)


@contextmanager
def refused(kind: type[HoldfastError], code: str) -> Iterator[None]:
    """Expects this error with this code."""
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.code == code
