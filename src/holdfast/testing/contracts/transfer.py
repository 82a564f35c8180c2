"""The contract of ``MemoryStore``: a whole store as records, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from holdfast.domain.events import EventType
from holdfast.domain.memory import Memory, State, indexed_text
from holdfast.domain.message import Message, Role
from holdfast.domain.metadata import read_metadata
from holdfast.domain.record import EpisodeRecord, MemoryRecord, Record, RelationRecord
from holdfast.domain.scope import Scope
from holdfast.errors import BackendRejected, InvalidInput
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, refused
from holdfast.testing.contracts.scribe import ANA, Scribe

if TYPE_CHECKING:
    from holdfast.ports import Backend, Vector

ACME = Scope("acme", "ana")


class TransferContract(BackendContract):
    """What every ``MemoryStore`` gives out and takes in as records."""

    makes_backups = True
    """Whether ``backup`` writes a file; a store that has none refuses it by ``backup_unsupported``."""

    def open_copy(self, path: Path) -> Backend:
        """Open what ``backup`` wrote."""
        raise NotImplementedError("override open_copy")

    @pytest.fixture
    def full(self, scribe: Scribe) -> Backend:
        """A store with something of everything in it."""
        session = Scope("default", "ana", "tutor", "s1")
        ana = Message(Role.USER, "I live in Bonn", "Ana", "D1:1", scribe.clock.now())
        tom = Message(Role.ASSISTANT, '记忆 🧠 \u2028 "quoted"', "Tom")
        lived, heard = scribe.remember(ana, tom, scope=session, metadata=read_metadata({"tags": ["a", "ü"]}))
        moved, gone = scribe.remember("I live in Berlin", "forget this", scope=session)
        scribe.remember("archived", state=State.ARCHIVED, expires_at=scribe.clock.now())
        scribe.remember("of another tenant", scope=ACME)
        scribe.revise(lived, reason="typo", text="I lived in Bonn", importance=0.9)
        scribe.delete(gone)
        scribe.say_again(moved)
        scribe.relate(moved, lived, type="supersedes", strength=0.5)
        scribe.relate(heard, gone)
        scribe.rate(heard, useful=True)
        scribe.rate(lived, useful=False)
        return scribe.backend

    def test_loading_the_records_of_a_store_makes_its_equal(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))

        written = empty.store.load(records, vectors_of(records))

        assert written == len(records)
        assert list(empty.store.records(None)) == records
        for record in records:
            if isinstance(record, MemoryRecord):
                scope, memory_id = record.memory.scope, record.memory.id
                assert empty.store.get(scope, memory_id) == full.store.get(scope, memory_id)
                assert empty.store.history(scope, memory_id) == full.store.history(scope, memory_id)
                assert empty.store.related(scope, memory_id, type=None, limit=9) == full.store.related(
                    scope, memory_id, type=None, limit=9
                )
        assert empty.store.check() == ()

    def test_records_cite_only_what_came_before(self, full: Backend) -> None:
        there: set[str] = set()
        for record in full.store.records(None):
            match record:
                case EpisodeRecord():
                    there.add(record.episode.id)
                case MemoryRecord():
                    assert {source.episode_id for source in record.memory.sources} <= there
                    there.add(record.memory.id)
                case RelationRecord():
                    assert {record.relation.from_id, record.relation.to_id} <= there

    def test_loaded_memories_are_found(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))
        empty.store.load(records, vectors_of(records))
        query = EMBEDDER.embed_query("Where did Ana live?")

        for scope in (ANA, ACME, Scope.of(session_id="s1")):
            there, here = (backend.vectors.search(scope, query, limit=9) for backend in (full, empty))
            for signal, scores in there.items():
                assert sorted(here[signal].by_key.values()) == pytest.approx(
                    sorted(scores.by_key.values()), abs=1e-3
                )
            for signal, scores in full.words.search(scope, "Berlin tenant", limit=9).items():
                words = empty.words.search(scope, "Berlin tenant", limit=9)[signal]
                assert sorted(words.by_key.values()) == pytest.approx(sorted(scores.by_key.values()))

    def test_loaded_store_goes_on(self, full: Backend, empty: Backend, scribe: Scribe) -> None:
        records = list(full.store.records(None))
        empty.store.load(records, vectors_of(records))
        heir = Scribe(empty, EMBEDDER)
        heir.ids, heir.clock = scribe.ids, scribe.clock
        (archived,) = (m for m in memories_of(records) if m.text == "archived")

        changed = heir.revise(archived, text="active again", state=State.ACTIVE, expires_at=None)

        assert empty.store.get(ANA, archived.id) == changed
        assert [version.version for version in empty.store.history(ANA, archived.id)] == [1, 2]
        assert heir.shown()[0] == "active again"

    def test_loading_twice_writes_nothing_more(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))
        empty.store.load(records, vectors_of(records))
        before = empty.store.stats()

        assert empty.store.load(records, vectors_of(records)) == 0
        assert empty.store.stats() == before
        assert list(empty.store.records(None)) == records

    def test_interrupted_load_is_completed(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))
        vectors = vectors_of(records)
        empty.store.load(records[:7], vectors)

        assert empty.store.load(records, vectors) == len(records) - 7
        assert list(empty.store.records(None)) == records

    def test_loading_leaves_what_is_there(self, full: Backend) -> None:
        before = list(full.store.records(None))
        outdated = [
            replace(record, memory=replace(record.memory, text="overwritten"))
            if isinstance(record, MemoryRecord)
            else record
            for record in before
        ]

        assert full.store.load(outdated, vectors_of(outdated)) == 0
        assert list(full.store.records(None)) == before

    def test_link_that_is_there_keeps_its_strength(self, scribe: Scribe) -> None:
        a, b = scribe.remember("a", "b")
        relation = scribe.relate(a, b, strength=0.3)
        other = replace(relation, id=scribe.ids.new_id(), strength=0.9)

        assert scribe.store.load([RelationRecord(Scope.whole_tenant(), other)], {}) == 0
        (seen,) = scribe.store.related(ANA, a.id, type=None, limit=9)
        assert seen.relation == relation

    def test_loaded_memories_are_events(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))
        empty.store.load(records, vectors_of(records))

        events = empty.store.events(after=0, limit=100)

        assert [(event.type, event.memory_id) for event in events] == [
            (EventType.CREATED, memory.id) for memory in memories_of(records)
        ]

    def test_records_of_one_tenant_hold_nothing_of_another(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records("acme"))

        assert [memory.text for memory in memories_of(records)] == ["of another tenant"]
        assert [type(record) for record in records] == [EpisodeRecord, MemoryRecord]
        assert list(full.store.records("nobody")) == []
        assert empty.store.load(records, vectors_of(records)) == 2
        assert list(empty.store.records(None)) == records

    def test_records_are_those_of_the_instant_of_the_first(self, scribe: Scribe) -> None:
        scribe.remember(*(f"message {n}" for n in range(3)))
        records = scribe.store.records(None)
        first = next(records)
        rest = list(records)
        scribe.remember("later")

        assert [memory.text for memory in memories_of([first, *rest])] == [f"message {n}" for n in range(3)]

    def test_record_that_cites_what_is_missing_is_refused(self, full: Backend, empty: Backend) -> None:
        records = list(full.store.records(None))
        vectors = vectors_of(records)
        for kind in (EpisodeRecord, MemoryRecord):
            incomplete = [record for record in records if not isinstance(record, kind)]
            with refused(InvalidInput, "invalid_export"):
                empty.store.load(incomplete, vectors)

        assert list(empty.store.records(None)) == []

    def test_backup_is_a_store_of_its_own(self, full: Backend, scribe: Scribe, tmp_path: Path) -> None:
        target = tmp_path / "backup.db"
        if not self.makes_backups:
            with refused(BackendRejected, "backup_unsupported"):
                full.store.backup(target)
            return
        records = list(full.store.records(None))
        reports: list[tuple[int, int]] = []

        full.store.backup(target, lambda done, total: reports.append((done, total)))
        scribe.remember("after the backup")

        copy = self.open_copy(target)
        assert list(copy.store.records(None)) == records
        copy.store.close()
        assert reports[-1][0] == reports[-1][1] > 0
        with refused(InvalidInput, "target_exists"):
            full.store.backup(target)


def memories_of(records: list[Record]) -> list[Memory]:
    """The memories in the records."""
    return [record.memory for record in records if isinstance(record, MemoryRecord)]


def vectors_of(records: list[Record]) -> dict[str, Vector]:
    """The vectors that the memories in the records need."""
    return {
        memory.id: EMBEDDER.embed_documents([indexed_text(memory.spoken_by, memory.text)])[0]
        for memory in memories_of(records)
    }
