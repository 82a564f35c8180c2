"""The contract of ``Reindexer``: another embedder, without a moment in which nothing is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.errors import BackendRejected
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, Place, memories_of, refused
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB
from holdfast.testing.embedder import HashingEmbedder

if TYPE_CHECKING:
    from holdfast.ports import Backend, Embedder, Reindexer

NEXT = HashingEmbedder(dimension=32, revision="2")
SESSION = Scope.of(user_id="ana", session_id="s1")


class ReindexerContract(BackendContract):
    """What every ``Reindexer`` does."""

    @pytest.fixture
    def reindexer(self, backend: Backend) -> Reindexer:
        """The reindexer of this test."""
        return backend.reindexer

    def test_empty_store_has_no_embedder_yet(self, reindexer: Reindexer) -> None:
        assert reindexer.identity() is None
        assert reindexer.pending_count(NEXT.identity) == 0
        assert list(reindexer.pending(NEXT.identity, after=0, limit=9)) == []

    def test_store_has_the_embedder_of_its_first_write(self, reindexer: Reindexer, scribe: Scribe) -> None:
        scribe.remember("hello")

        assert reindexer.identity() == EMBEDDER.identity

    def test_every_text_waits_as_it_is_indexed(self, reindexer: Reindexer, scribe: Scribe) -> None:
        memory, _ = scribe.remember(Message(Role.USER, "hello", "Ana"), "good morning")
        scribe.remember("good night", scope=BOB)
        scribe.revise(memory, text="hello again")

        waiting = reindexer.pending(NEXT.identity, after=0, limit=9)

        assert [(item.text, item.version) for item in waiting] == [
            ("Ana: hello again", 2),
            ("good morning", 1),
            ("good night", 1),
        ]
        assert reindexer.pending_count(NEXT.identity) == 3

    def test_texts_wait_in_order_behind_a_key(self, reindexer: Reindexer, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(5)))
        first = reindexer.pending(NEXT.identity, after=0, limit=2)

        rest = reindexer.pending(NEXT.identity, after=first[-1].key, limit=9)

        assert [item.text for item in (*first, *rest)] == [f"message {n}" for n in range(5)]

    @pytest.mark.parametrize("size", [1, limits.VECTOR_BLOCK_ROWS + 2])
    def test_store_is_switched_to_the_new_vectors(self, place: Place, scribe: Scribe, size: int) -> None:
        scribe.remember(*(f"message {n}" for n in range(size)), scope=SESSION)
        scribe.remember("message of Bob's", scope=BOB)
        reindexer = scribe.backend.reindexer
        number = scribe.store.change_number()

        embed_all(reindexer, NEXT)
        switched = reindexer.finish(NEXT.identity)

        assert switched
        assert reindexer.identity() == NEXT.identity
        assert scribe.store.change_number() > number
        backend = place(NEXT.identity)
        assert nearest(backend, NEXT, f"message {size - 1}") == f"message {size - 1}"
        again = Scribe(backend, NEXT)
        again.ids = scribe.ids
        again.remember("written afterwards", scope=SESSION)
        assert nearest(backend, NEXT, "written afterwards") == "written afterwards"
        assert backend.store.check() == ()

    def test_old_vectors_serve_until_the_switch(self, scribe: Scribe) -> None:
        scribe.remember("hello", "good morning")

        embed_all(scribe.backend.reindexer, NEXT)

        assert scribe.backend.reindexer.identity() == EMBEDDER.identity
        assert nearest(scribe.backend, EMBEDDER, "good morning") == "good morning"

    def test_opening_of_the_old_embedder_is_refused_after_the_switch(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        nearest(scribe.backend, EMBEDDER, "hello")
        embed_all(scribe.backend.reindexer, NEXT)
        scribe.backend.reindexer.finish(NEXT.identity)

        with refused(BackendRejected, "embedder_mismatch"):
            nearest(scribe.backend, EMBEDDER, "hello")
        with refused(BackendRejected, "embedder_mismatch"):
            scribe.remember("more")
        assert scribe.store.get(ANA, memory.id) == memory

    def test_unfinished_work_is_not_switched_to(self, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(5)))

        embed_all(scribe.backend.reindexer, NEXT, most=3)

        assert not scribe.backend.reindexer.finish(NEXT.identity)
        assert scribe.backend.reindexer.identity() == EMBEDDER.identity

    def test_interrupted_work_goes_on_where_it_stopped(self, place: Place, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(5)))
        embed_all(scribe.backend.reindexer, NEXT, most=3)

        later = place(NEXT.identity).reindexer

        assert later.pending_count(NEXT.identity) == 2
        assert embed_all(later, NEXT) == ["message 3", "message 4"]
        assert later.finish(NEXT.identity)

    def test_what_comes_in_or_changes_meanwhile_waits_for_its_turn(
        self, place: Place, scribe: Scribe
    ) -> None:
        changing, _ = scribe.remember("hello", "good morning")
        reindexer = scribe.backend.reindexer
        embed_all(reindexer, NEXT)
        scribe.remember("good night")
        scribe.revise(changing, text="hello again")

        assert not reindexer.finish(NEXT.identity)
        assert embed_all(reindexer, NEXT) == ["hello again", "good night"]
        assert reindexer.finish(NEXT.identity)

        backend = place(NEXT.identity)
        assert nearest(backend, NEXT, "hello again") == "hello again"
        assert nearest(backend, NEXT, "good night") == "good night"

    def test_vector_of_an_outdated_text_does_not_count(self, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        reindexer = scribe.backend.reindexer
        waiting = reindexer.pending(NEXT.identity, after=0, limit=9)
        scribe.revise(memory, text="hello again")

        reindexer.write(NEXT.identity, {item: NEXT.embed_query(item.text) for item in waiting})

        assert reindexer.pending_count(NEXT.identity) == 1
        assert not reindexer.finish(NEXT.identity)

    def test_vectors_for_a_third_embedder_replace_those_that_wait(self, place: Place, scribe: Scribe) -> None:
        third = HashingEmbedder(dimension=48, revision="3")
        scribe.remember("hello", "good morning")
        embed_all(scribe.backend.reindexer, NEXT)

        embed_all(scribe.backend.reindexer, third)

        assert scribe.backend.reindexer.pending_count(NEXT.identity) == 2
        assert not scribe.backend.reindexer.finish(NEXT.identity)
        assert scribe.backend.reindexer.finish(third.identity)
        assert nearest(place(third.identity), third, "hello") == "hello"

    def test_deleted_memories_are_renewed_too(self, place: Place, scribe: Scribe) -> None:
        (memory,) = scribe.remember("hello")
        deleted = scribe.delete(memory)
        embed_all(scribe.backend.reindexer, NEXT)
        scribe.backend.reindexer.finish(NEXT.identity)
        backend = place(NEXT.identity)

        Scribe(backend, NEXT).restore(deleted)

        assert nearest(backend, NEXT, "hello") == "hello"


def embed_all(reindexer: Reindexer, embedder: Embedder, *, most: int = 10_000) -> list[str]:
    """Embed what waits, at most so many, in two batches; the texts."""
    done: list[str] = []
    key = 0
    for limit in (2, most - 2):
        batch = reindexer.pending(embedder.identity, after=key, limit=limit)
        if batch:
            vectors = embedder.embed_documents([item.text for item in batch])
            reindexer.write(embedder.identity, dict(zip(batch, vectors, strict=True)))
            key = batch[-1].key
            done += [item.text for item in batch]
    return done


def nearest(backend: Backend, embedder: Embedder, text: str) -> str:
    """The memory of Ana's that is nearest to a text."""
    scores = backend.vectors.search(ANA, embedder.embed_query(text), limit=1)[Signal.MEANING].by_key
    key = max(scores, key=lambda key: scores[key])
    return memories_of(backend, [key])[key].text
