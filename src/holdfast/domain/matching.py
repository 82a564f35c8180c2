"""Whether a memory passes a filter: the rule that every store's own query language must agree with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from holdfast.domain.memory import State
from holdfast.domain.query import METADATA_PREFIX, And, Compare, Field, Filter, Not, Operator, Or, Scalar

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.view import View


def sees(view: View, memory: Memory) -> bool:
    """Whether the view shows the memory."""
    return (
        memory.is_visible(view.now)
        and (view.include_archived or memory.state is not State.ARCHIVED)
        and (memory.is_current(view.now) if view.valid_at is None else was_true(memory, view.valid_at))
        and (view.filter is None or passes(view.filter, memory))
    )


def passes(tree: Filter, memory: Memory) -> bool:
    """Whether the memory passes the filter.

    A missing field equals only null; it is unequal to every value, and neither before nor after one.
    Values of different types are unequal and have no order. ``contains`` looks for a member in a list
    and for a part in a text.
    """
    match tree:
        case Compare():
            return _compare(tree, _field_of(memory, tree.field))
        case And():
            return all(passes(part, memory) for part in tree.parts)
        case Or():
            return any(passes(part, memory) for part in tree.parts)
        case Not():
            return not passes(tree.part, memory)
        case _:
            assert_never(tree)


def unmet(tree: Filter, memory: Memory) -> tuple[Filter, ...]:
    """The parts of a filter that would have to hold for the memory to pass, and do not."""
    if isinstance(tree, And):
        return tuple(missing for part in tree.parts for missing in unmet(part, memory))
    return () if passes(tree, memory) else (tree,)


def was_true(memory: Memory, instant: datetime) -> bool:
    """Whether the memory was true in the world at an instant."""
    return memory.valid_at <= instant and (memory.invalid_at is None or memory.invalid_at > instant)


def _field_of(memory: Memory, field: str) -> Scalar | tuple[Scalar, ...]:
    if field.startswith(METADATA_PREFIX):
        return memory.metadata.get(field.removeprefix(METADATA_PREFIX))
    match Field(field):
        case Field.CATEGORY | Field.TAGS as key:
            return memory.metadata.get(key)
        case Field.USER_ID | Field.AGENT_ID | Field.SESSION_ID as key:
            value: str | None = getattr(memory.scope, key)
            return value
        case key:
            attribute: Scalar = getattr(memory, key)
            return attribute


def _compare(compare: Compare, field: Scalar | tuple[Scalar, ...]) -> bool:
    match compare.operator:
        case Operator.EQ:
            return _equal(field, compare.values[0])
        case Operator.NE:
            return not _equal(field, compare.values[0])
        case Operator.IN:
            return any(_equal(field, value) for value in compare.values)
        case Operator.NIN:
            return not any(_equal(field, value) for value in compare.values)
        case Operator.CONTAINS:
            return _contains(field, compare.values[0])
        case _:
            return _ordered(compare.operator, field, compare.values[0])


def _equal(field: Scalar | tuple[Scalar, ...], value: Scalar) -> bool:
    return _order_class(field) == _order_class(value) and field == value


def _contains(field: Scalar | tuple[Scalar, ...], part: Scalar) -> bool:
    if isinstance(field, tuple):
        return any(_equal(item, part) for item in field)
    return isinstance(field, str) and isinstance(part, str) and part in field


def _ordered(operator: Operator, field: Scalar | tuple[Scalar, ...], value: Scalar) -> bool:
    if field is None or isinstance(field, tuple) or _order_class(field) != _order_class(value):
        return False
    match operator:
        case Operator.GT:
            return field > value  # type: ignore[operator]  # same order class
        case Operator.GTE:
            return field >= value  # type: ignore[operator]  # same order class
        case Operator.LT:
            return field < value  # type: ignore[operator]  # same order class
        case _:
            return field <= value  # type: ignore[operator]  # same order class


def _order_class(value: Scalar | tuple[Scalar, ...]) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return "number"
        case str():
            return "text"
        case datetime():
            return "instant"
        case _:
            return "list"
