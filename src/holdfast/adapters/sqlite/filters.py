"""Compiles a filter to SQL over ``memories AS m``; keys come from tables here, values are bound."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, assert_never

from holdfast.domain.instant import to_microseconds
from holdfast.domain.memory import State
from holdfast.domain.query import (
    INSTANT_FIELDS,
    METADATA_PREFIX,
    NUMBER_FIELDS,
    And,
    Compare,
    Field,
    Filter,
    Not,
    Operator,
    Or,
    Scalar,
)

if TYPE_CHECKING:
    from apsw import SQLiteValue

    from holdfast.domain.view import View

_NAME_OF = "(SELECT name FROM names WHERE key = (SELECT {column} FROM {table} WHERE key = m.{reference}))"
_COLUMNS = {
    Field.KIND: "m.kind",
    Field.TIER: "m.tier",
    Field.STATE: "m.state",
    Field.ORIGIN: "m.origin",
    Field.SPEAKER: (
        "coalesce(m.speaker, (SELECT role FROM memory_sources JOIN messages USING (episode_key, position) "
        "WHERE memory_key = m.key AND taken_off_at IS NULL ORDER BY episode_key, position LIMIT 1))"
    ),
    Field.USER_ID: _NAME_OF.format(column="user_key", table="homes", reference="home_key"),
    Field.AGENT_ID: _NAME_OF.format(column="agent_key", table="homes", reference="home_key"),
    Field.SESSION_ID: _NAME_OF.format(column="session_key", table="scopes", reference="scope_key"),
    Field.IMPORTANCE: "m.importance",
    Field.TRUST: "m.trust",
    Field.VERSION: "m.version",
    Field.VALID_AT: "m.valid_at",
    Field.INVALID_AT: "m.invalid_at",
    Field.CREATED_AT: "m.created_at",
    Field.UPDATED_AT: "m.updated_at",
    Field.EXPIRES_AT: "m.expires_at",
}
_METADATA_FIELDS = frozenset({Field.CATEGORY, Field.TAGS})
_SYMBOLS = {Operator.GT: ">", Operator.GTE: ">=", Operator.LT: "<", Operator.LTE: "<="}
_NUMBER_TYPES = "('integer', 'real', 'true', 'false')"


class Condition(NamedTuple):
    """A piece of SQL that is true or false, and the values bound in it."""

    sql: str
    values: tuple[SQLiteValue, ...] = ()


_NEVER = Condition("0")


def view_condition(view: View) -> Condition:
    """What the view shows."""
    now = to_microseconds(view.now)
    parts = [Condition("m.expired_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > ?)", (now,))]
    if not view.include_archived:
        parts.append(Condition("m.state <> ?", (State.ARCHIVED.value,)))
    if view.valid_at is None:
        parts.append(Condition("m.invalid_at IS NULL OR m.invalid_at > ?", (now,)))
    else:
        instant = to_microseconds(view.valid_at)
        parts.append(
            Condition("m.valid_at <= ? AND (m.invalid_at IS NULL OR m.invalid_at > ?)", (instant, instant))
        )
    if view.filter is not None:
        parts.append(_compile(view.filter))
    return join("AND", parts)


def join(word: str, parts: list[Condition]) -> Condition:
    """The conditions in brackets with AND or OR between them."""
    return Condition(
        f" {word} ".join(f"({part.sql})" for part in parts),
        tuple(value for part in parts for value in part.values),
    )


def _compile(tree: Filter) -> Condition:
    match tree:
        case Compare():
            return _compile_compare(tree)
        case And():
            return join("AND", [Condition("1"), *map(_compile, tree.parts)])
        case Or():
            return join("OR", [_NEVER, *map(_compile, tree.parts)])
        case Not():
            inner = _compile(tree.part)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case _:
            assert_never(tree)


def _compile_compare(compare: Compare) -> Condition:
    match compare.operator:
        case Operator.EQ:
            return _equal(compare.field, compare.values[0])
        case Operator.NE:
            return _compile(Not(Compare(compare.field, Operator.EQ, compare.values)))
        case Operator.IN:
            return join("OR", [_NEVER, *(_equal(compare.field, value) for value in compare.values)])
        case Operator.NIN:
            return _compile(Not(Compare(compare.field, Operator.IN, compare.values)))
        case Operator.CONTAINS:
            return _contains(compare.field, str(compare.values[0]))
        case _:
            return _ordered(compare.field, _SYMBOLS[compare.operator], compare.values[0])


def _equal(field: str, value: Scalar) -> Condition:
    key = _metadata_key(field)
    if key is not None:
        if value is None:
            return Condition(f"NOT ({_member('type <> ?')})", (key, "null"))
        return Condition(_member(f"{_type_test(value)} AND value = ?"), (key, _bind(value)))
    column = _COLUMNS[Field(field)]
    if value is None:
        return Condition(f"{column} IS NULL")
    if not _fits(field, value):
        return _NEVER
    return Condition(f"coalesce({column} = ?, 0)", (_bind(value),))


def _ordered(field: str, symbol: str, value: Scalar) -> Condition:
    key = _metadata_key(field)
    if key is not None:
        return Condition(_member(f"{_type_test(value)} AND value {symbol} ?"), (key, _bind(value)))
    if not _fits(field, value):
        return _NEVER
    return Condition(f"coalesce({_COLUMNS[Field(field)]} {symbol} ?, 0)", (_bind(value),))


def _contains(field: str, part: str) -> Condition:
    key = _metadata_key(field)
    if key is not None:
        in_text = "type = 'text' AND instr(value, ?) > 0"
        in_list = (
            "type = 'array' AND EXISTS (SELECT 1 FROM json_each(entry.value) AS item "
            "WHERE item.type = 'text' AND item.value = ?)"
        )
        return Condition(_member(f"(({in_text}) OR ({in_list}))"), (key, part, part))
    if field in INSTANT_FIELDS or field in NUMBER_FIELDS:
        return _NEVER
    return Condition(f"coalesce(instr({_COLUMNS[Field(field)]}, ?) > 0, 0)", (part,))


def _metadata_key(field: str) -> str | None:
    if field.startswith(METADATA_PREFIX):
        return field.removeprefix(METADATA_PREFIX)
    return field if field in _METADATA_FIELDS else None


def _member(test: str) -> str:
    return f"EXISTS (SELECT 1 FROM json_each(m.metadata) AS entry WHERE entry.key = ? AND {test})"


def _type_test(value: object) -> str:
    return "type = 'text'" if isinstance(value, str) else f"type IN {_NUMBER_TYPES}"


def _fits(field: str, value: object) -> bool:
    if field in INSTANT_FIELDS:
        return isinstance(value, datetime)
    if field in NUMBER_FIELDS:
        return isinstance(value, (int, float))
    return isinstance(value, str)


def _bind(value: Scalar) -> SQLiteValue:
    return to_microseconds(value) if isinstance(value, datetime) else value
