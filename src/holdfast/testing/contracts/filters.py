"""The contract of views: every store's query language agrees with ``domain.matching``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.domain.matching import sees
from holdfast.domain.memory import Kind, Memory, Origin, State, Tier
from holdfast.domain.message import Message, Role
from holdfast.domain.metadata import Metadata, read_metadata
from holdfast.domain.query import And, Compare, Field, Filter, Not, Operator, Or
from holdfast.domain.scope import Scope
from holdfast.domain.view import View
from holdfast.ports import Remember
from holdfast.testing.contracts.place import BackendContract
from holdfast.testing.contracts.scribe import Scribe

START = datetime(2026, 1, 1, tzinfo=UTC)
_USERS = count(1)

# Few values, so that memories and filters meet, and those that query languages trip over.
TEXTS = [
    "", "a", "A", "ab", "b", "é", "e\u0301", "🧠", "記憶", "it's", '"', '""', "%", "_", "a%", "\\", "\\n",
    "$", "$.a", "null", "true", "1", "1.0", "a.b", "[0]", '{"a":1}', "\t", "a b ", "ß", "\u2028", "NaN",
    "x'00'",
]  # fmt: skip
KEYS = [
    "a", "A", "b", "a.b", '"a"', "$.a", "$", "a[0]", "it's", "記憶", "🧠", "%", "\\", "a\\u0062", "key",
    "value", "null", "category", "tags",
]  # fmt: skip
NUMBERS = [
    0, 1, -1, 2, 0.0, -0.0, 0.1, 1.0, 1.5, 1e300, -1e-300, 5e-324, 2**53, 2**53 + 1, float(2**53),
    2**63 - 1, -(2**63), True, False,
]  # fmt: skip

instants = st.integers(-3, 3).map(lambda n: START + timedelta(days=n)) | st.integers(-2, 2).map(
    lambda n: START + timedelta(microseconds=n)
)
optional_instants = st.none() | instants
texts = st.sampled_from(TEXTS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4
)
numbers = (
    st.sampled_from(NUMBERS)
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
scalars: st.SearchStrategy[Any] = st.none() | texts | numbers
values = scalars | st.lists(scalars, max_size=3)


@st.composite
def metadata(draw: st.DrawFn) -> Metadata:
    """Metadata of every shape that is allowed."""
    bag: dict[str, object] = draw(st.dictionaries(st.sampled_from(KEYS), values, max_size=4))
    if not isinstance(bag.get("category"), str | None):
        bag["category"] = draw(texts)
    if "tags" in bag:
        bag["tags"] = draw(st.lists(texts, max_size=3))
    return read_metadata(bag)


shares = st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]) | st.floats(0, 1)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(Kind),
    "tier": st.sampled_from(Tier),
    "state": st.sampled_from(State),
    "origin": st.sampled_from(Origin),
    "trust": shares,
    "importance": shares,
    "metadata": metadata(),
    "valid_at": instants,
    "invalid_at": optional_instants,
    "created_at": instants,
    "updated_at": instants,
    "expired_at": st.none() | st.none() | instants,
    "expires_at": optional_instants,
    "version": st.integers(1, 4),
}
speakers = st.sampled_from([None, "Ana", "ana", "user", "O'Brien", "100%", "記憶"])


def _values_of(field: str) -> st.SearchStrategy[Any]:
    match field:
        case "kind" | "tier" | "state" | "origin" as name:
            return FIELDS[name].map(str) | texts
        case "speaker":
            return st.sampled_from(["Ana", "ana", "user", "assistant", "O'Brien", "100%", "記憶"]) | st.none()
        case "user_id" | "agent_id" | "session_id":
            return st.sampled_from(["tutor", "s1", "100%"]) | st.none()
        case "importance" | "trust" | "version":
            return shares | st.integers(0, 4)
        case "valid_at" | "invalid_at" | "created_at" | "updated_at" | "expires_at":
            return optional_instants
        case _:
            return scalars


@st.composite
def comparisons(draw: st.DrawFn) -> Compare:
    """One comparison that ``read_filters`` would let pass."""
    field = draw(st.sampled_from(list(Field)) | st.sampled_from([f"metadata.{key}" for key in KEYS]))
    name = draw(st.sampled_from(Operator))
    own = _values_of(field)
    match name:
        case Operator.IN | Operator.NIN:
            return Compare(field, name, tuple(draw(st.lists(own, max_size=3))))
        case Operator.CONTAINS:
            return Compare(field, name, (draw(texts),))
        case Operator.EQ | Operator.NE:
            return Compare(field, name, (draw(own),))
        case _:
            return Compare(field, name, (draw(own.filter(lambda value: value is not None)),))


filters: st.SearchStrategy[Filter] = st.recursive(
    comparisons(),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)
views = st.builds(
    View,
    now=instants,
    filter=st.none() | filters,
    valid_at=optional_instants,
    include_archived=st.booleans(),
)


class FilterContract(BackendContract):
    """A store shows a memory exactly when ``sees`` says so."""

    @given(st.data())
    @settings(
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,  # every example writes for a user of its own
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
        ],
    )
    def test_store_shows_what_the_domain_sees(self, scribe: Scribe, data: st.DataObject) -> None:
        scope = Scope.of(
            user_id=f"user {next(_USERS)}",
            agent_id=data.draw(st.sampled_from([None, "tutor", "100%"])),
            session_id=data.draw(st.sampled_from([None, "s1"])),
        )
        memories = _write(scribe, scope, data)

        for view in data.draw(st.lists(views, min_size=4, max_size=4)):
            expected = [memory.id for memory in reversed(memories) if sees(view, memory)]
            page = scribe.store.list(scope, view, limit=100, after=None)
            assert [memory.id for memory in page.memories] == expected, view

    @given(st.data())
    @settings(
        deadline=None,
        max_examples=20,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    def test_metadata_is_read_as_it_was_written(self, scribe: Scribe, data: st.DataObject) -> None:
        scope = Scope.of(user_id=f"user {next(_USERS)}")

        for memory in _write(scribe, scope, data):
            assert scribe.store.get(scope, memory.id) == memory


def _write(scribe: Scribe, scope: Scope, data: st.DataObject) -> list[Memory]:
    """Write a few memories whose fields are anything they may be."""
    size = data.draw(st.integers(1, 4))
    messages = [
        Message(data.draw(st.sampled_from(Role)), f"message {n}", data.draw(speakers)) for n in range(size)
    ]
    episode = scribe.episode(*messages, scope=scope)
    memories = [
        scribe.memory(
            episode, n, entities=(), **{key: data.draw(strategy) for key, strategy in FIELDS.items()}
        )
        for n in range(size)
    ]
    new = tuple(scribe.new(memory, message) for memory, message in zip(memories, messages, strict=True))
    scribe.store.commit(Remember(episode, new))
    return memories
