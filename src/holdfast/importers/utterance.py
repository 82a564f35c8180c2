"""What a file brings: one message, whose it is, and where in the file it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from holdfast import limits
from holdfast.domain.message import Message, Role, read_messages
from holdfast.domain.text import require_name
from holdfast.errors import HoldfastError, InvalidInput, LimitExceeded


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message of a file. ``conversation`` is the one it belongs to, in files that hold several."""

    message: Message
    user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A message without a visible character."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A key of the file that has no place in a memory."""

    key: str


Item: TypeAlias = Utterance | Skipped | Ignored

MESSAGE_KEYS = frozenset({"role", "content", "name", "id", "at"})


def read_message(given: object, *, where: str, default_id: str) -> Message | None:
    """The message in a JSON object; None for a blank one.

    One that has neither an id nor a time of its own gets ``default_id``: that makes it known again.

    Raises:
        InvalidInput: ``invalid_import``, with the place in the file.
        LimitExceeded: ``text_too_long``, with the place in the file.
    """
    if not isinstance(given, Mapping):
        raise invalid(where, f"a message is a JSON object, not {_kind(given)}")
    fields = {key: given[key] for key in MESSAGE_KEYS if given.get(key) is not None}
    if "content" not in fields:
        raise invalid(where, 'the message has no "content"')
    if isinstance(fields["content"], str) and not fields["content"].strip():
        return None
    if isinstance(fields.get("id"), int) and not isinstance(fields["id"], bool):
        fields["id"] = str(fields["id"])
    if "id" not in fields and "at" not in fields:
        fields["id"] = default_id
    return in_place(where, fields)


def in_place(where: str, fields: Mapping[str, object]) -> Message:
    """The message with those fields; what is wrong with them is said with the place in the file."""
    try:
        return read_messages(fields)[0]
    except LimitExceeded as error:
        raise LimitExceeded(
            f"{where}: {error.message}", code=error.code, place=where, **error.fields
        ) from error
    except HoldfastError as error:
        raise invalid(where, error.message, code=error.code) from error


def text_message(text: str, *, name: str | None, message_id: str, where: str) -> Message:
    """A message of a plain text; a speaker called like a role has that role."""
    role = name.casefold() if name is not None and name.casefold() in set(Role) else None
    fields = {"content": text, "id": message_id, "role": role, "name": None if role else name}
    return in_place(where, {key: value for key, value in fields.items() if value is not None})


def read_name(value: object, *, what: str, where: str) -> str | None:
    """An id in the file, such as that of a session; whole numbers are read as texts.

    Raises:
        InvalidInput: ``invalid_import``, with the place in the file.
    """
    if value is None:
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    try:
        return require_name(text, what=what, characters_max=limits.NAME_CHARACTERS_MAX)
    except InvalidInput as error:
        raise invalid(where, error.message, code=error.code) from error


def ignored_keys(given: Mapping[str, object], known: frozenset[str]) -> Iterator[Ignored]:
    """The keys of an object that nothing is made of."""
    return (Ignored(str(key)) for key in given if key not in known)


def invalid(where: str, what: str, *, code: str | None = None) -> InvalidInput:
    """The error that says where in the file it is."""
    return InvalidInput(f"{where}: {what}", code="invalid_import", place=where, cause=code)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return f"{value!r}"[:40]
