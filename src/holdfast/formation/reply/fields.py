"""Single fields of an operation: what can be understood of them, and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.decision import Decision
from holdfast.domain.memory import DEFAULT_IMPORTANCE, Kind
from holdfast.domain.quoting import quoted

if TYPE_CHECKING:
    Fields = Mapping[str, object]

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?(?!\d)(?:[T ].*)?", re.DOTALL
)
_WHOLE = re.compile(r"[0-9]{1,6}")
_SHOWN_MARKUP = {"&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("&[lg]t;")
_VERBS = {verb.value: verb for verb in Decision} | {"NOOP": Decision.NONE, "NO_OP": Decision.NONE}


class DateOutOfRange(ValueError):
    """A date that no statement can be true since."""


def verb_in(fields: Fields) -> Decision | None:
    """One of the four verbs, in capitals or not."""
    given = fields.get("verb")
    return _VERBS.get(given.strip().upper()) if isinstance(given, str) else None


def handle_in(fields: Fields) -> int | None:
    """The number of a memory, also one written as a text or with a fraction of zero."""
    match fields.get("memory"):
        case bool():
            return None
        case int() as number:
            return number
        case float() as number if number.is_integer():
            return int(number)
        case str() as text if _WHOLE.fullmatch(text.strip()):
            return int(text)
        case _:
            return None


def line_in(fields: Fields, key: str) -> str:
    """A text on one line with nothing hidden, cut beyond all that is accepted; empty where there is none."""
    given = fields.get(key)
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        return ""
    text = str(given) if isinstance(given, (str, float)) else f"{given:d}" if abs(given) < 10**18 else ""
    beginning = text[: 2 * limits.MODEL_STATEMENT_CHARACTERS_MAX]
    return quoted(_ENTITY.sub(lambda match: _SHOWN_MARKUP[match[0]], beginning))


def name_in(fields: Fields, key: str) -> str | None:
    """A short text, or nothing for one that is absent, empty or too long to be a name."""
    line = line_in(fields, key)
    return line if 0 < len(line) <= limits.NAME_CHARACTERS_MAX and not _says_nothing(line) else None


def kind_in(fields: Fields) -> Kind:
    """``procedural`` where the model says so, else ``semantic``."""
    return Kind.PROCEDURAL if line_in(fields, "kind").casefold() == Kind.PROCEDURAL else Kind.SEMANTIC


def importance_in(fields: Fields) -> float:
    """A number brought between 0 and 1; the default where there is none."""
    given = fields.get("importance")
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        return DEFAULT_IMPORTANCE
    try:
        number = float(given)
    except (ValueError, OverflowError):
        return DEFAULT_IMPORTANCE
    return min(1.0, max(0.0, number)) if math.isfinite(number) else DEFAULT_IMPORTANCE


def entities_in(fields: Fields) -> tuple[str, ...]:
    """The names, each once, the first ``MODEL_ENTITIES_MAX`` of them."""
    given = fields.get("entities")
    listed = (
        given if isinstance(given, (list, tuple)) else str(given).split(",") if isinstance(given, str) else ()
    )
    names = (name_in({"name": item}, "name") for item in listed[: 4 * limits.MODEL_ENTITIES_MAX])
    return tuple(dict.fromkeys(name for name in names if name))[: limits.MODEL_ENTITIES_MAX]


def date_in(fields: Fields, *, said_at: datetime) -> datetime | None:
    """Since when it is true: an ISO date, or a year or month for its first day; nothing for other words.

    Raises:
        DateOutOfRange: for a day that there is not, or one too far from when it was said.
    """
    match = _DATE.fullmatch(line_in(fields, "valid_at"))
    if not match:
        return None
    year, month, day = (int(match[part] or 1) for part in ("year", "month", "day"))
    if not limits.MODEL_YEAR_MIN <= year <= said_at.year + limits.MODEL_YEARS_AHEAD_MAX:
        raise DateOutOfRange(year)
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise DateOutOfRange(match[0]) from error


def _says_nothing(line: str) -> bool:
    return line.casefold() in {"null", "none", "n/a", "unknown", "-"}
