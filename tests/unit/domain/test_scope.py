"""Whose memory it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.scope import Scope
from holdfast.errors import InvalidInput

names = st.sampled_from([None, "a", "b"])
scopes = st.builds(Scope, st.sampled_from(["t", "u"]), names, names, names)


def test_scope_needs_a_user_an_agent_or_a_session() -> None:
    with pytest.raises(InvalidInput) as caught:
        Scope.of(tenant="acme")

    assert caught.value.code == "empty_scope"


@pytest.mark.parametrize(
    "name",
    ["", " ", "\t", "a\nb", "a\0b", "\x7f", "\ud800", "x" * (limits.NAME_CHARACTERS_MAX + 1), 7, True, b"a"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["user_id", "agent_id", "session_id", "tenant"])
def test_name_is_one_bounded_line_of_visible_text(field: str, name: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Scope.of(**{"user_id": "ana", field: name})  # type: ignore[arg-type]  # a caller may err

    assert caught.value.code == "invalid_name"


@pytest.mark.parametrize("name", ["x" * limits.NAME_CHARACTERS_MAX, "Ana María", "'; --", "🧠", "%", "a/b:c"])
def test_name_may_be_any_other_text(name: str) -> None:
    assert Scope.of(user_id=name).user_id == name


@given(scopes, scopes)
def test_scope_covers_what_bears_every_id_that_it_gives(asked: Scope, borne: Scope) -> None:
    given_ids = {
        field: value
        for field in ("user_id", "agent_id", "session_id")
        if (value := getattr(asked, field)) is not None
    }

    expected = asked.tenant == borne.tenant and all(
        getattr(borne, field) == value for field, value in given_ids.items()
    )

    assert asked.covers(borne) == expected


@given(scopes, scopes, scopes)
def test_covering_is_an_order(a: Scope, b: Scope, c: Scope) -> None:
    assert a.covers(a)
    assert a == b or not (a.covers(b) and b.covers(a))
    assert not (a.covers(b) and b.covers(c)) or a.covers(c)


def test_scope_names_what_it_gives() -> None:
    assert str(Scope("acme", "ana", None, "s1")) == "tenant=acme user=ana session=s1"
