"""SQLite and the twin, driven by the same random operations, give the same answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from holdfast.domain.decision import Decision
from holdfast.domain.entity import Relation
from holdfast.domain.events import EventType
from holdfast.domain.memory import Memory, State
from holdfast.domain.message import Message, Role, fingerprint
from holdfast.domain.metadata import read_metadata
from holdfast.domain.query import Compare, Field, Filter, Operator, Page
from holdfast.domain.ranking import Scores
from holdfast.domain.record import MemoryRecord
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from holdfast.errors import HoldfastError
from holdfast.ports import Backend, Idempotency, Rate, Relate, Remember, Revise, ReviseTogether
from holdfast.testing import HashingEmbedder
from holdfast.testing.contracts.past import content
from holdfast.testing.contracts.place import memories_of
from holdfast.testing.contracts.scribe import Scribe, kept_answer
from tests.contract.places import sqlite_in_memory, twin

EMBEDDER = HashingEmbedder(dimension=8)
SCOPES = [
    Scope("default", "ana"),
    Scope("default", "ana", None, "s1"),
    Scope("default", "bob", None, "s1"),
    Scope("default", None, "tutor"),
    Scope("acme", "ana"),
]
REACHES = [*SCOPES, Scope("default"), Scope("default", None, None, "s1"), Scope("nowhere", "ana")]

scopes = st.sampled_from(SCOPES)
reaches = st.sampled_from(REACHES)
EVERYBODY = Scope.whole_tenant()
texts = st.sampled_from(["apples", "pears", "plums and apples", "no", "😀 'quoted'"])
names = st.sampled_from([None, "Ana", "ANA", "Tom"])
keys = st.sampled_from(["key-1", "key-2"])
digests = st.sampled_from([b"a" * 16, b"b" * 16])
tags = st.sampled_from(["x", "y"])
filters: st.SearchStrategy[Filter | None] = st.none() | st.one_of(
    tags.map(lambda tag: Compare(Field.TAGS, Operator.CONTAINS, (tag,))),
    names.map(lambda name: Compare(Field.SPEAKER, Operator.NE, (name,))),
    st.floats(0, 1).map(lambda share: Compare(Field.IMPORTANCE, Operator.GTE, (share,))),
)

Answer = object


class SameAnswers(RuleBasedStateMachine):
    memories: Bundle[Memory] = Bundle("memories")

    @initialize()
    def open_both(self) -> None:
        self.sqlite = sqlite_in_memory()(EMBEDDER.identity)
        self.twin = twin()(EMBEDDER.identity)
        self.scribe = Scribe(self.twin, EMBEDDER)
        self.pages: dict[View, list[object]] = {}
        self.begun_at = self.scribe.clock.now()

    def teardown(self) -> None:
        if hasattr(self, "sqlite"):
            for view, page in self.pages.items():
                assert self.page_of(view) == page
            assert list(self.sqlite.store.records(None)) == list(self.twin.store.records(None))
            assert self.sqlite.store.check() == ()
            self.sqlite.store.close()

    def both(self, call: Callable[[Backend], Answer]) -> Answer:
        """What both answer, or the code of the error that both raise."""
        mine, theirs = answer(call, self.twin), answer(call, self.sqlite)
        assert mine == theirs
        return mine

    def now_is(self, memory: Memory) -> Memory:
        return self.twin.store.get(Scope.whole_tenant(tenant=memory.scope.tenant), memory.id)

    @rule(
        target=memories,
        scope=scopes,
        said=st.lists(texts, min_size=1, max_size=3, unique=True),
        name=names,
        tag=tags,
        importance=st.floats(0, 1),
        expires=st.booleans(),
        key=st.none() | keys,
        digest=digests,
    )
    def remember(
        self,
        scope: Scope,
        said: list[str],
        name: str | None,
        tag: str,
        importance: float,
        *,
        expires: bool,
        key: str | None,
        digest: bytes,
    ) -> Any:  # noqa: ANN401 (what Hypothesis puts into a bundle)
        messages = [Message(Role.USER, text, name) for text in said]
        episode = self.scribe.episode(*messages, scope=scope, metadata=read_metadata({"tags": [tag]}))
        expiry = episode.created_at + timedelta(seconds=5) if expires else None
        memories = [
            self.scribe.memory(episode, n, importance=importance, expires_at=expiry)
            for n in range(len(messages))
        ]
        new = tuple(
            self.scribe.new(memory, message) for memory, message in zip(memories, messages, strict=True)
        )
        idempotency = None if key is None else Idempotency(key, digest)
        outcome = [(Decision.ADD, memory) for memory in memories]
        change = Remember(episode, new, (), kept_answer(episode, idempotency, outcome))
        refusal = self.both(lambda backend: backend.store.commit(change))
        return multiple(*(memories if refusal is None else ()))

    @rule(memory=memories, key=st.none() | keys)
    def say_again(self, memory: Memory, key: str | None) -> None:
        episode = self.scribe.episode(Message(Role.USER, memory.text), scope=memory.scope)
        idempotency = None if key is None else Idempotency(key, b"c" * 16)
        repeats = kept_answer(episode, idempotency, [(Decision.NONE, memory)])
        change = Remember(episode, (), ((memory.id, 0),), repeats)
        self.both(lambda backend: backend.store.commit(change))

    @rule(memory=memories, text=texts, state=st.sampled_from(State), outdated=st.booleans())
    def revise(self, memory: Memory, text: str, state: State, *, outdated: bool) -> None:
        before = memory if outdated else self.now_is(memory)
        self.write_version(before, EventType.UPDATED, text=text, state=state)

    @rule(memory=memories)
    def delete_or_restore(self, memory: Memory) -> None:
        before = self.now_is(memory)
        if before.is_deleted:
            self.write_version(before, EventType.RESTORED, expired_at=None)
        else:
            self.write_version(before, EventType.DELETED, expired_at=self.scribe.clock.now())

    def write_version(self, before: Memory, event: EventType, **fields: Any) -> None:  # noqa: ANN401 (of a memory)
        self.scribe.clock.advance(seconds=1)
        now = self.scribe.clock.now()
        after = replace(before, version=before.version + 1, updated_at=now, **fields)
        vector = None if after.text == before.text else self.scribe.embed(after)
        change = Revise(after, before.version, event=event, vector=vector)
        self.both(lambda backend: backend.store.commit(change))

    @rule(memory=consumes(memories))
    def let_go(self, memory: Memory) -> None:
        """The rules meet fewer memories, so that they meet the same one more often."""

    @rule(origin=memories, end=memories, scope=reaches, strength=st.sampled_from([0.2, 0.5, 1.0]))
    def relate(self, origin: Memory, end: Memory, scope: Scope, strength: float) -> None:
        now = self.scribe.clock.now()
        relation = Relation(self.scribe.ids.new_id(), "extends", origin.id, end.id, strength, now)
        self.both(lambda backend: backend.store.commit(Relate(scope, relation)))

    @rule(memory=memories, scope=reaches, useful=st.booleans())
    def rate(self, memory: Memory, scope: Scope, *, useful: bool) -> None:
        self.scribe.clock.advance(seconds=1)
        change = Rate(scope, memory.id, useful, self.scribe.clock.now())
        self.both(lambda backend: backend.store.commit(change))

    @rule(memory=memories, other=memories, number=st.integers(0, 2), back=st.booleans())
    def revise_together(self, memory: Memory, other: Memory, number: int, *, back: bool) -> None:
        self.scribe.clock.advance(seconds=1)
        now = self.scribe.clock.now()
        before = [self.now_is(each) for each in {memory.id: memory, other.id: other}.values()]
        revisions = tuple(
            Revise(
                replace(each, version=each.version + 1, updated_at=now, importance=0.25),
                each.version,
                EventType.UPDATED,
                change=f"{memory.id}:{before[0].version + 1}",
            )
            for each in before
        )
        sources = before[0].sources[1:]
        change = ReviseTogether(
            memory.scope,
            revisions,
            now,
            "test",
            taken_off=tuple((memory.id, source) for source in sources[number : number + 1]),
            put_back=((memory.id, before[0].updated_at),) if back else (),
        )
        self.both(lambda backend: backend.store.commit(change))

    @rule(scope=reaches, chosen=filters, archived=st.booleans())
    def keep_a_page(self, scope: Scope, chosen: Filter | None, *, archived: bool) -> None:
        """What a list shows now, it shall show at the end as of now."""
        now = self.scribe.clock.now()
        view = View(now, chosen, include_archived=archived)
        shown = self.twin.store.list(EVERYBODY, view, limit=100, after=None)
        self.pages[replace(view, as_of=now)] = [*map(content, shown.memories)]
        self.both(lambda backend: backend.store.list(scope, replace(view, as_of=now), limit=9, after=None))

    def page_of(self, view: View) -> object:
        page = self.both(lambda backend: backend.store.list(EVERYBODY, view, limit=100, after=None))
        return [*map(content, page.memories)] if isinstance(page, Page) else page

    @rule(memory=memories, scope=reaches, seconds=st.integers(0, 9), version=st.integers(1, 3))
    def look_back(self, memory: Memory, scope: Scope, seconds: int, version: int) -> None:
        then, now = self.scribe.clock.now() - timedelta(seconds=seconds), self.scribe.clock.now()
        self.both(lambda backend: backend.store.get(scope, memory.id, as_of=then))
        self.both(lambda backend: backend.store.change(scope, memory.id, version))
        self.both(lambda backend: {*backend.store.reworded(scope, then, limit=9).values()})
        self.both(lambda backend: backend.store.steps(scope, self.begun_at, now, limit=5, after=None))
        behind = (memory.id, version)
        self.both(lambda backend: backend.store.steps(scope, self.begun_at, then, limit=5, after=behind))
        every = np.arange(1, 100)
        mine, theirs = (
            backend.turns.describe(scope, every, as_of=then) for backend in (self.twin, self.sqlite)
        )
        for name in ("at", "traits", "lengths", "importance", "trust", "outdated"):
            own, other = getattr(mine, name), getattr(theirs, name)
            assert own.tolist() == pytest.approx(other.tolist(), abs=1e-6), name

    @rule(memory=memories, scope=reaches)
    def look_at_one(self, memory: Memory, scope: Scope) -> None:
        self.both(lambda backend: backend.store.get(scope, memory.id))
        self.both(lambda backend: backend.store.history(scope, memory.id))
        self.both(lambda backend: backend.store.related(scope, memory.id, type=None, limit=3))

    @rule(scope=reaches, chosen=filters, archived=st.booleans(), limit=st.integers(1, 4))
    def page_through(self, scope: Scope, chosen: Filter | None, *, archived: bool, limit: int) -> None:
        view = self.scribe.view(filter=chosen, include_archived=archived)
        after: str | None = None
        for _ in range(3):
            page = self.both(
                lambda backend, after=after: backend.store.list(scope, view, limit=limit, after=after)  # type: ignore[misc]  # a default binds the loop's value
            )
            after = getattr(page, "after", None)
            if after is None:
                break

    @rule(scope=reaches, name=names, text=texts, key=keys, digest=digests)
    def look_up(self, scope: Scope, name: str | None, text: str, key: str, digest: bytes) -> None:
        known, now = fingerprint(Message(Role.USER, text, name)), self.scribe.clock.now()
        self.both(lambda backend: backend.store.find_known(scope, [known], now=now))
        self.both(lambda backend: backend.store.find_idempotent(scope, Idempotency(key, digest)))

    @rule(scope=reaches, text=texts)
    def search(self, scope: Scope, text: str) -> None:
        query = EMBEDDER.embed_query(text)
        every = np.arange(1, 100)
        mine_said, theirs_said = (
            backend.turns.describe(scope, every).feedback.tolist() for backend in (self.twin, self.sqlite)
        )
        assert mine_said == theirs_said
        mine, theirs = (
            [*backend.vectors.search(scope, query, limit=100).values()]
            for backend in (self.twin, self.sqlite)
        )
        for one, other in zip(mine, theirs, strict=True):
            assert by_id(self.twin, scope, one) == pytest.approx(by_id(self.sqlite, scope, other), abs=2e-3)
        mine, theirs = (
            [*backend.words.search(scope, "apples", limit=100).values()]
            for backend in (self.twin, self.sqlite)
        )
        for one, other in zip(mine, theirs, strict=True):
            assert by_id(self.twin, scope, one) == pytest.approx(by_id(self.sqlite, scope, other), rel=1e-4)

    @invariant()
    def count_the_same(self) -> None:
        if hasattr(self, "sqlite"):
            mine, theirs = self.twin.store.stats(), self.sqlite.store.stats()
            assert replace(theirs, schema_version=mine.schema_version) == mine
            last = mine.change_number
            assert self.twin.store.events(after=last, limit=9) == self.sqlite.store.events(
                after=last, limit=9
            )


def answer(call: Callable[[Backend], Answer], backend: Backend) -> Answer:
    try:
        return call(backend)
    except HoldfastError as error:
        return (type(error), error.code, dict(error.fields))


def by_id(backend: Backend, scope: Scope, scores: Scores) -> dict[str, float]:
    memories = memories_of(backend, scores.by_key, scope)
    return {memories[key].id: score for key, score in scores.by_key.items() if key in memories}


TestSameAnswers = SameAnswers.TestCase
TestSameAnswers.settings = settings(stateful_step_count=20, deadline=None)


def test_loading_one_into_the_other_keeps_every_record() -> None:
    source, target = twin()(EMBEDDER.identity), sqlite_in_memory()(EMBEDDER.identity)
    scribe = Scribe(source, EMBEDDER)
    first, second = scribe.remember("apples", "pears")
    scribe.relate(scribe.revise(first, text="plums"), second)
    records = list(source.store.records(None))
    vectors = {
        record.memory.id: scribe.embed(record.memory)
        for record in records
        if isinstance(record, MemoryRecord)
    }

    target.store.load(records, vectors)

    assert list(target.store.records(None)) == records
    target.store.close()
