"""What the options mean: whose memory, which filter, which metadata, which time."""

from __future__ import annotations

import getpass
import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from holdfast import limits
from holdfast.domain.query import METADATA_PREFIX, NUMBER_FIELDS, Operator
from holdfast.errors import InvalidInput
from holdfast.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.cli.documents import Json
    from holdfast.cli.options import Choice, Labels, Whose, Within
    from holdfast.cli.output import Output

_DURATION = re.compile(r"(\d{1,9})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_OPERATORS = frozenset(Operator)
_LISTED = frozenset({Operator.IN, Operator.NIN})
_STDIN = "-"


class Ids(TypedDict):
    """A scope as the engine takes it."""

    user_id: str | None
    agent_id: str | None
    session_id: str | None
    tenant: str


class Filtering(TypedDict):
    """A choice as the engine takes it."""

    filters: dict[str, object] | None
    valid_at: str | None
    as_of: str | datetime | None
    include_archived: bool


@dataclass(frozen=True, slots=True)
class Person:
    """The user that a command is about, and where the name comes from when nobody gave it."""

    id: str | None
    source: str | None = None


def ids_to_write(whose: Whose, output: Output) -> Ids:
    """The scope that a new memory bears: with a user, unless ``--no-user`` says so."""
    return _ids(whose, _person(whose), output)


def ids_to_read(whose: Whose, output: Output) -> Ids:
    """The scope of a read. The login name is a guess: it is left out when an agent or session is named."""
    person = _person(whose)
    names_others = whose.agent is not None or whose.session is not None
    if names_others and person.source == "your login name":
        person = Person(None)
    return _ids(whose, person, output)


def ids_within(within: Within) -> Ids:
    """The reach of a command that names a memory: what is given, and nothing else."""
    return Ids(user_id=within.user, agent_id=within.agent, session_id=within.session, tenant=within.tenant)


def who_calls() -> str | None:
    """Who runs the command: ``HOLDFAST_USER``, else the login name, where there is one."""
    return Settings.read().user or _login().id


def scope_document(ids: Ids) -> Json:
    """The scope in an answer, so that a program sees whose memory it got."""
    return {
        "tenant": ids["tenant"],
        "user_id": ids["user_id"],
        "agent_id": ids["agent_id"],
        "session_id": ids["session_id"],
    }


def describe(ids: Ids) -> str:
    """The scope for a person: ``user ana, session s1``."""
    named = (("user", ids["user_id"]), ("agent", ids["agent_id"]), ("session", ids["session_id"]))
    return ", ".join(f"{what} {name}" for what, name in named if name is not None)


def filtering(choice: Choice) -> Filtering:
    """What a read may return.

    Raises:
        InvalidInput: ``invalid_filter`` for one that cannot be read.
    """
    parts = [_read_filter(given) for given in choice.filter or ()]
    if choice.filters is not None:
        parts.append(_read_json_filter(choice.filters))
    return Filtering(
        filters={"AND": parts} if parts else None,
        valid_at=choice.valid_at,
        as_of=read_past(choice.as_of),
        include_archived=choice.include_archived,
    )


def metadata_of(labels: Labels) -> dict[str, object]:
    """The metadata that the options spell out.

    Raises:
        InvalidInput: ``invalid_metadata`` for a ``--meta`` without ``=``.
    """
    metadata: dict[str, object] = {}
    for given in labels.meta or ():
        key, equals, value = given.partition("=")
        if not equals:
            raise InvalidInput(
                f"--meta {given!r} has no value: write --meta key=value", code="invalid_metadata", key=key
            )
        metadata[key] = _read_scalar(value)
    if labels.category is not None:
        metadata["category"] = labels.category
    if labels.tag:
        metadata["tags"] = list(labels.tag)
    return metadata


def read_expiry(given: str | None) -> str | datetime | None:
    """An instant, or a time from now such as ``7d`` or ``12h``; the engine reads the rest.

    Raises:
        InvalidInput: ``invalid_instant`` for a time beyond the calendar.
    """
    match = None if given is None else _DURATION.fullmatch(given.strip())
    if match is None:
        return given
    try:
        return datetime.now(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError as error:
        raise InvalidInput(f"{given} from now is beyond the calendar", code="invalid_instant") from error


def read_past(given: str | None) -> str | datetime | None:
    """An instant, or a time until now such as ``7d`` or ``12h``; the engine reads the rest.

    Raises:
        InvalidInput: ``invalid_instant`` for a time before the calendar.
    """
    match = None if given is None else _DURATION.fullmatch(given.strip())
    if match is None:
        return given
    try:
        return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError as error:
        raise InvalidInput(f"{given} ago is before the calendar", code="invalid_instant") from error


def read_text(words: Sequence[str], *, what: str) -> str:
    """The words joined by spaces, or with a single ``-`` what stands on stdin.

    Raises:
        InvalidInput: ``not_utf8``.
    """
    if list(words) != [_STDIN]:
        return " ".join(words)
    # One character takes up to four bytes; the engine says how many are too many.
    data = sys.stdin.buffer.read(4 * (limits.MESSAGE_CHARACTERS_MAX + 1))
    try:
        return data.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{what} on stdin is not UTF-8: convert it first", code="not_utf8") from error


def _person(whose: Whose) -> Person:
    if whose.no_user:
        return Person(None)
    if whose.user is not None:
        return Person(whose.user)
    if configured := Settings.read().user:
        return Person(configured, "HOLDFAST_USER")
    return _login()


def _login() -> Person:
    try:
        return Person(getpass.getuser(), "your login name")
    except (OSError, KeyError, ImportError):  # no name in the environment and none in the system
        return Person(None)


def _ids(whose: Whose, person: Person, output: Output) -> Ids:
    if whose.no_user and whose.user is not None:
        raise InvalidInput("--user and --no-user exclude each other: give one", code="contradiction")
    if person.source == "your login name":
        output.note(f"user: {person.id} (from your login name; set --user or HOLDFAST_USER)")
    elif person.source is not None and (whose.agent is not None or whose.session is not None):
        output.note(f"user: {person.id} (from {person.source}; --no-user leaves it out)")
    return Ids(user_id=person.id, agent_id=whose.agent, session_id=whose.session, tenant=whose.tenant)


def _read_filter(given: str) -> dict[str, object]:
    left, equals, value = given.partition("=")
    if not equals:
        raise InvalidInput(
            f"--filter {given!r} has no value: write --filter category=work, or created_at:gte=2026-01-01",
            code="invalid_filter",
        )
    key, colon, operator = left.rpartition(":")
    if not colon or (operator not in _OPERATORS and left.startswith(METADATA_PREFIX)):
        key, operator = left, Operator.EQ.value
    if operator in _LISTED:
        return {key: {operator: [_read_filter_value(key, item) for item in value.split(",")]}}
    return {key: {operator: _read_filter_value(key, value)}}


def _read_filter_value(key: str, value: str) -> object:
    """Keys with values of their own kind take them as JSON; the others compare with texts."""
    typed = key.startswith(METADATA_PREFIX) or key in NUMBER_FIELDS
    return _read_scalar(value) if typed else value


def _read_json_filter(given: str) -> dict[str, object]:
    try:
        parsed = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"--filters is not JSON: {error}", code="invalid_filter") from error
    if not isinstance(parsed, dict):
        raise InvalidInput(
            '--filters takes one JSON object, such as {"category": "work"}', code="invalid_filter"
        )
    return parsed


def _read_scalar(value: str) -> object:
    """A JSON number, boolean, null or quoted text; anything else is the text itself."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return value if isinstance(parsed, (dict, list)) or _is_not_finite(parsed) else parsed


def _is_not_finite(value: object) -> bool:
    return isinstance(value, float) and not float("-inf") < value < float("inf")
