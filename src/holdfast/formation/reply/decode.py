"""Finds the operations in a reply, whatever the model has put around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from holdfast import limits

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|,(?=\s*+[\]}])', re.DOTALL)
_START = re.compile(r"[{\[]")
_OPERATIONS = "operations"
_VERB = "verb"

Operations = Sequence[object]


def find_operations(value: object) -> Operations | None:
    r"""The operations in a reply; None for one in which none can be found, which is not an empty list.

    A text may hold JSON among prose, in a code fence, behind thoughts, with commas too many, or cut off at
    its end, where the operations that are complete count. A single operation stands for a list of one.

    Example:
        >>> find_operations('Sure! ```json\n{"operations": [{"verb": "NONE", "memory": 1},]}\n```')
        [{'verb': 'NONE', 'memory': 1}]
        >>> find_operations("I have stored that.") is None
        True
    """
    if isinstance(value, str):
        return _in_values(list(_values(value)))
    return _in_value(value)


def _in_values(values: Sequence[object]) -> Operations | None:
    """Of several values, the first that is a whole reply; else the operations that stand alone."""
    for value in values:
        if isinstance(value, Mapping) and isinstance(value.get(_OPERATIONS), list):
            return _in_value(value)
    alone = [value for value in values if _is_operation(value)]
    if alone:
        return alone
    return next((found for value in values if (found := _in_value(value)) is not None), None)


def _in_value(value: object) -> Operations | None:
    match value:
        case Mapping() if isinstance(value.get(_OPERATIONS), (list, tuple)):
            return list(value[_OPERATIONS])
        case Mapping() if _is_operation(value.get(_OPERATIONS)):
            return [value[_OPERATIONS]]
        case Mapping() if _is_operation(value):
            return [value]
        case list() | tuple() if all(isinstance(item, Mapping) for item in value):
            return list(value)
        case _:
            return None


def _is_operation(value: object) -> bool:
    return isinstance(value, Mapping) and _VERB in value


def _values(text: str) -> Iterator[object]:
    """The JSON values in a text, one behind the other; those inside a value that is broken too."""
    beginning = _THOUGHTS.sub("", text[: limits.MODEL_REPLY_CHARACTERS_MAX])
    left = _STRING_OR_COMMA.sub(lambda match: "" if match[0] == "," else match[0], beginning)
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
    at, starts = 0, 0
    while (start := _START.search(left, at)) and starts < limits.MODEL_REPLY_STARTS_MAX:
        starts += 1
        at = start.start() + 1
        try:
            value, at = decoder.raw_decode(left, start.start())
        except (ValueError, RecursionError):  # also a number of thousands of digits; thousands of brackets
            continue
        yield value
