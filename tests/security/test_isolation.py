"""Nobody reads, changes or even notices the memories of another scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import Holdfast, HoldfastError, NotFound, Scope
from holdfast.testing import HashingEmbedder

Ids = dict[str, Any]
"""Who calls, as keyword arguments of any operation."""

NAMES: dict[str, list[str | None]] = {
    "tenant": ["default", "acme"],
    "user_id": ["ana", "bob", None],
    "agent_id": ["tutor", None],
    "session_id": ["s1", "s2", None],
}
SUBJECTS = ["bread", "butter", "Berlin", "the cat", "a secret"]

scopes = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in NAMES.items()}).filter(
    lambda ids: bool(ids["user_id"] or ids["agent_id"] or ids["session_id"])
)


@dataclass(frozen=True)
class Said:
    """What was stored, and whose it is. The word is in no other memory."""

    id: str
    scope: Scope
    word: str


def fill(memory: Holdfast, given_scopes: list[Ids]) -> list[Said]:
    said = []
    for number, ids in enumerate(given_scopes):
        word = f"mark{number}mark"
        text = f"{word} I spoke of {SUBJECTS[number % len(SUBJECTS)]}"
        added = memory.add(text, **ids, metadata={"category": "talk"}).memories[0]
        said.append(Said(added.id, Scope(**ids), word))
    return said


@settings(max_examples=25)
@given(
    given_scopes=st.lists(scopes, min_size=2, max_size=12), reader=scopes, subject=st.sampled_from(SUBJECTS)
)
def test_every_read_returns_what_its_scope_covers_and_nothing_else(
    given_scopes: list[Ids], reader: Ids, subject: str
) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        said = fill(memory, given_scopes)
        asked = Scope(**reader)
        own = {item.id for item in said if asked.covers(item.scope)}
        foreign_words = [item.word for item in said if item.id not in own]

        listed = memory.list(**reader, limit=1000).memories
        hits = memory.search(f"{subject} {foreign_words}", **reader, limit=1000, explain=True)
        context = memory.context(f"{subject} {foreign_words}", **reader)
        assert {item.id for item in listed} == own
        assert {hit.memory.id for hit in hits} <= own
        assert {item.id for item in context.memories} <= own
        assert not any(word in f"{context.text}{listed}{hits.hits}" for word in foreign_words)
        for word in foreign_words:
            for hit in memory.search(word, **reader, explain=True):
                assert [part.raw for part in hit.parts if part.signal.startswith("words")] == [0.0, 0.0]


def test_why_not_tells_nothing_of_what_a_foreign_memory_holds() -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        foreign = memory.add("mark1mark I spoke of tea", user_id="ana", metadata={"category": "talk"})
        elsewhere = memory.add("mark2mark", user_id="ana", tenant="acme")

        told = memory.why_not("mark1mark", foreign.memories[0].id, user_id="bob")
        assert told.reason == "outside_scope"
        assert "ana" not in f"{told.sentence}{told.lacks}{told.memory}"
        for memory_id in (elsewhere.memories[0].id, "01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d"):
            with pytest.raises(NotFound):
                memory.why_not("mark2mark", memory_id, user_id="ana")


BOB: Ids = {"user_id": "bob"}

SINCE = "2026-01-01"

Call = Callable[[Holdfast, str, str, Ids], object]

CALLS: dict[str, Call] = {
    "get": lambda memory, key, other, scope: memory.get(key, **scope),
    "history": lambda memory, key, other, scope: memory.history(key, **scope),
    "related": lambda memory, key, other, scope: memory.related(key, **scope),
    "update": lambda memory, key, other, scope: memory.update(key, text="mine now", **scope),
    "delete": lambda memory, key, other, scope: memory.delete(key, **scope),
    "get as of then": lambda memory, key, other, scope: memory.get(key, as_of=datetime.now(UTC), **scope),
    "undo": lambda memory, key, other, scope: memory.undo(f"{key}:1", **scope),
    "undo of a source": lambda memory, key, other, scope: memory.undo(f"{key}:{key}:0", **scope),
    "diff after": lambda memory, key, other, scope: memory.diff(
        "2026-01-01", **BOB | scope, after=f"{key}:1"
    ),
    "restore": lambda memory, key, other, scope: memory.restore(key, version=1, **scope),
    "feedback": lambda memory, key, other, scope: memory.feedback(key, useful=True, **scope),
    "relate from": lambda memory, key, other, scope: memory.relate(key, "extends", other, **scope),
    "relate to": lambda memory, key, other, scope: memory.relate(other, "extends", key, **scope),
    "list after": lambda memory, key, other, scope: memory.list(**BOB | scope, after=key),
}
OUTSIDE: list[Ids] = [
    {"user_id": "bob"},
    {"tenant": "acme"},
    {"user_id": "ana", "session_id": "s2"},
    {"agent_id": "spy"},
]


@pytest.mark.parametrize("scope", OUTSIDE, ids=str)
@pytest.mark.parametrize("name", CALLS)
def test_a_foreign_id_looks_like_one_that_never_was(name: str, scope: Ids) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        foreign = memory.add("The secret of Ana", user_id="ana", session_id="s1").memories[0].id
        where = {"user_id": "bob", **scope} if "session_id" not in scope else scope
        own = memory.add("Words of my own", **where).memories[0].id
        absent = "00000000-0000-7000-8000-00000000ffff"
        before = (memory.stats(), memory.history(foreign))

        told = []
        for key in (foreign, absent):
            with pytest.raises(NotFound) as caught:
                CALLS[name](memory, key, own, scope)
            error = caught.value
            told.append((type(error), error.code, error.message.replace(key, "…"), sorted(error.fields)))
        assert told[0] == told[1]
        assert "secret" not in str(told)
        assert (memory.stats(), memory.history(foreign)) == before


def test_the_same_words_in_two_scopes_are_two_memories() -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        keys = {
            memory.add("I moved to Berlin", user_id=user, tenant=tenant, idempotency_key="same")
            .memories[0]
            .id
            for user in ("ana", "bob")
            for tenant in ("default", "acme")
        }
        assert len(keys) == 4


def test_relations_show_no_foreign_end() -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        ana = memory.add("The secret of Ana", user_id="ana").memories[0].id
        bob = memory.add("Words of Bob", user_id="bob").memories[0].id
        memory.relate(bob, "extends", ana)
        assert memory.related(bob, user_id="bob") == ()
        assert len(memory.related(bob)) == 1


def test_export_of_a_tenant_holds_nothing_of_another(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        memory.add("The secret of Ana", user_id="ana", tenant="acme")
        memory.add("Words of Bob", user_id="bob")
        memory.export(path, tenant="default")
    assert "secret" not in path.read_text(encoding="utf-8")
    assert "Words of Bob" in path.read_text(encoding="utf-8")


def test_scores_do_not_depend_on_what_others_say() -> None:
    def score(others: list[str]) -> float:
        with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
            memory.add(["I like rye bread", "I like cats", "We met in Berlin"], user_id="ana")
            for text in others:
                memory.add(text, user_id="bob", tenant="acme")
            return memory.search("bread cats", user_id="ana")[0].score

    assert score([]) == score([f"bread {n}" for n in range(20)])


def test_a_read_without_any_id_is_refused() -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        calls: list[Callable[[], object]] = [
            memory.list,
            lambda: memory.search("x"),
            lambda: memory.context("x"),
        ]
        for call in calls:
            with pytest.raises(HoldfastError) as caught:
                call()
            assert caught.value.code == "empty_scope"
