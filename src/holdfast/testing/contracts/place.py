"""Where a contract's store lies, and what it is written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from holdfast.domain.memory import Memory
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from holdfast.errors import HoldfastError
from holdfast.ports import Backend, EmbedderIdentity
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.embedder import HashingEmbedder

Place = Callable[[EmbedderIdentity], Backend]
"""Opens one store for an embedder; called again, it opens the same store once more."""

EMBEDDER = HashingEmbedder()

LONG_AGO = View(datetime(1970, 1, 1, tzinfo=UTC), include_archived=True)
"""Shows all that is not deleted: nothing had expired yet."""


def memories_of(backend: Backend, keys: Iterable[int], scope: Scope = ANA) -> dict[int, Memory]:
    """The undeleted memories with these keys that the scope covers."""
    wanted = sorted(keys)
    return dict(backend.store.fetch(scope, wanted, LONG_AGO, limit=len(wanted)))


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
