"""What was said: one utterance, and the episode of utterances that one call brings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.instant import iso, read_instant
from holdfast.domain.origin import read_origin
from holdfast.domain.text import require_name, require_text
from holdfast.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.metadata import Metadata
    from holdfast.domain.origin import Origin
    from holdfast.domain.scope import Scope


class Role(StrEnum):
    """Who speaks, in the words of every chat interface."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance, word for word.

    ``id`` is the caller's own and comes back in the sources of every hit. ``at`` is when it was
    said; without it, the message was said when it was added. ``origin`` is where the words come
    from, where that is not the speaker: a document, an import.
    """

    role: Role
    content: str
    name: str | None = None
    id: str | None = None
    at: datetime | None = None
    origin: Origin | None = None

    @property
    def speaker(self) -> str:
        """The name a reader would put before the words."""
        return self.name or self.role.value


@dataclass(frozen=True, slots=True)
class Episode:
    """The messages of one ``add``, stored as they were said and never edited."""

    id: str
    scope: Scope
    messages: tuple[Message, ...]
    created_at: datetime
    metadata: Metadata = field(hash=False)


def said_at(messages: tuple[Message, ...], at: datetime | None) -> tuple[Message, ...]:
    """The messages, those without a time of their own said at that one."""
    if at is None:
        return messages
    return tuple(message if message.at else replace(message, at=at) for message in messages)


def coming_from(messages: tuple[Message, ...], origin: Origin | None) -> tuple[Message, ...]:
    """The messages, those without an origin of their own coming from there."""
    if origin is None:
        return messages
    return tuple(message if message.origin else replace(message, origin=origin) for message in messages)


def fingerprint(message: Message) -> bytes:
    """Sixteen bytes by which the same message is known again in the same scope.

    Who said what, and, when the caller gave them, the message's own id and time: with those two the same
    words said again are another message.
    """
    fields = (
        message.role.value,
        message.name,
        message.content,
        message.id,
        message.at and iso(message.at),
        *((message.origin.value,) if message.origin else ()),
    )
    return blake2b(json.dumps(fields).encode(), digest_size=16).digest()


MessageInput = str | Message | Mapping[str, object]
ConversationInput = MessageInput | Sequence[MessageInput]

_KEYS = frozenset({"role", "content", "name", "id", "at", "origin"})


def read_messages(given: ConversationInput) -> tuple[Message, ...]:
    """The messages in what a caller gave: a text, one message, or a list of them.

    Raises:
        InvalidInput: for an unknown key or role, an unusable content, name, id or time.
        LimitExceeded: ``too_many_messages``, ``text_too_long`` or ``add_too_large``.

    Example:
        >>> read_messages("I moved to Berlin")[0].role
        <Role.USER: 'user'>
    """
    if isinstance(given, (str, Message, Mapping)):
        return (_read_message(given, "the message"),)
    items = _require_list(given)
    if not items:
        raise InvalidInput("the list of messages is empty: give at least one", code="no_messages")
    if len(items) > limits.MESSAGES_PER_ADD_MAX:
        raise LimitExceeded(
            f"{len(items):,} messages in one add; the most is {limits.MESSAGES_PER_ADD_MAX:,}: "
            "add them in several calls",
            code="too_many_messages",
            messages=len(items),
            messages_max=limits.MESSAGES_PER_ADD_MAX,
        )
    messages = tuple(_read_message(item, f"message {n}") for n, item in enumerate(items, start=1))
    _require_total(messages)
    return messages


def _require_total(messages: tuple[Message, ...]) -> None:
    characters = sum(len(message.content) for message in messages)
    if characters > limits.ADD_CHARACTERS_MAX:
        raise LimitExceeded(
            f"{characters:,} characters in one add; the most is {limits.ADD_CHARACTERS_MAX:,}: "
            "add the messages in several calls",
            code="add_too_large",
            characters=characters,
            characters_max=limits.ADD_CHARACTERS_MAX,
        )


def _require_list(given: object) -> Sequence[object]:
    if isinstance(given, Sequence) and not isinstance(given, (bytes, bytearray)):
        return given
    raise InvalidInput(
        f"cannot remember a {type(given).__name__}: give a text, a message or a list of messages",
        code="not_messages",
    )


def _read_message(given: object, what: str) -> Message:
    match given:
        case str():
            return Message(Role.USER, _content(given, what))
        case Message():
            fields: Mapping[str, object] = {
                key: getattr(given, key) for key in _KEYS if getattr(given, key) is not None
            }
        case Mapping():
            fields = given
        case _:
            raise InvalidInput(
                f"{what} is a {type(given).__name__}: give a text or "
                '{"role": …, "content": …, "name": …, "id": …, "at": …, "origin": …}',
                code="not_messages",
            )
    return _from_mapping(fields, what)


def _from_mapping(fields: Mapping[str, object], what: str) -> Message:
    unknown = sorted(str(key) for key in fields.keys() - _KEYS)
    if unknown:
        raise InvalidInput(
            f"{what} has the unknown key {unknown[0]!r}; the keys are {', '.join(sorted(_KEYS))}",
            code="unknown_message_key",
            key=unknown[0],
        )
    at, origin = fields.get("at"), fields.get("origin")
    return Message(
        role=_role(fields.get("role", Role.USER), what),
        content=_content(fields.get("content"), what),
        name=_optional_name(fields.get("name"), f"the name of {what}"),
        id=_optional_name(fields.get("id"), f"the id of {what}"),
        at=None if at is None else read_instant(at, what=f"the time of {what}"),  # type: ignore[arg-type]  # read_instant refuses every other type
        origin=None if origin is None else read_origin(origin),
    )


def _role(value: object, what: str) -> Role:
    try:
        return Role(value)  # type: ignore[arg-type]  # an enum refuses every other type
    except ValueError as error:
        raise InvalidInput(
            f"{what} has the unknown role {value!r}; the roles are {', '.join(Role)}",
            code="unknown_role",
        ) from error


def _content(value: object, what: str) -> str:
    return require_text(value, what=f"the content of {what}", characters_max=limits.MESSAGE_CHARACTERS_MAX)


def _optional_name(value: object, what: str) -> str | None:
    if value is None:
        return None
    return require_name(value, what=what, characters_max=limits.NAME_CHARACTERS_MAX)
