"""JSON: conversations, each with sessions of messages; also one of them, or a bare list of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from holdfast import limits
from holdfast.domain.instant import read_instant
from holdfast.errors import InvalidInput, LimitExceeded
from holdfast.importers.utterance import (
    MESSAGE_KEYS,
    Item,
    Skipped,
    Utterance,
    ignored_keys,
    invalid,
    read_message,
    read_name,
)


def read_conversations(file: BinaryIO, name: str) -> Iterator[Item]:
    """The messages of the conversations, session after session.

    The document is a list of ``{"id", "sessions": [{"id", "at", "messages": […]}]}``, one such object, one
    with ``messages`` in place of ``sessions``, or a list of messages. A session is named
    ``<conversation>/<session>``; its time is that of its messages that have none.

    Raises:
        InvalidInput: ``invalid_import`` with the place in the document.
        LimitExceeded: ``document_too_large``.
    """
    given = _parse(file)
    if isinstance(given, list) and all(isinstance(item, Mapping) and "content" in item for item in given):
        yield from _read_messages({"messages": given}, name, None, name)
        return
    conversations = given if isinstance(given, list) else [given]
    for number, conversation in enumerate(conversations, start=1):
        yield from _read_conversation(conversation, number, name)


def _parse(file: BinaryIO) -> object:
    data = file.read(limits.IMPORT_DOCUMENT_BYTES_MAX + 1)
    if len(data) > limits.IMPORT_DOCUMENT_BYTES_MAX:
        raise LimitExceeded(
            f"the JSON document has more than {limits.IMPORT_DOCUMENT_BYTES_MAX:,} bytes, and is read as a "
            "whole: split it, or write one message a line (JSON Lines has no bound)",
            code="document_too_large",
            bytes_max=limits.IMPORT_DOCUMENT_BYTES_MAX,
        )
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise invalid("the document", "it is not UTF-8: convert the file first") from error
    except json.JSONDecodeError as error:
        raise invalid(f"line {error.lineno}", f"it is not JSON ({error})") from error
    except RecursionError as error:
        raise invalid("the document", "it is nested too deep") from error


def _read_conversation(given: object, number: int, name: str) -> Iterator[Item]:
    where = f"conversation {number}"
    if not isinstance(given, Mapping):
        raise invalid(where, "it is not an object with sessions")
    conversation = read_name(given.get("id"), what="its id", where=where) or f"{name}-{number}"
    if "messages" in given and "sessions" not in given:
        yield from _read_messages(given, where, conversation, conversation)
        return
    sessions = given.get("sessions")
    if not isinstance(sessions, list):
        raise invalid(where, 'it has no list of "sessions" or "messages"')
    for position, session in enumerate(sessions, start=1):
        place = f"{where}, session {position}"
        if not isinstance(session, Mapping):
            raise invalid(place, "it is not an object with messages")
        session_id = read_name(session.get("id"), what="its id", where=place) or str(position)
        yield from _read_messages(session, place, conversation, session_id)


def _read_messages(
    session: Mapping[str, object], where: str, conversation: str | None, session_id: str
) -> Iterator[Item]:
    messages = session.get("messages")
    if not isinstance(messages, list):
        raise invalid(where, 'it has no list of "messages"')
    at = _read_time(session.get("at"), where)
    for position, given in enumerate(messages, start=1):
        place = f"{where}, message {position}"
        message = read_message(given, where=place, default_id=f"{session_id}:{position}")
        yield from ignored_keys(given, MESSAGE_KEYS)
        if message is None:
            yield Skipped()
            continue
        yield Utterance(
            message if message.at else replace(message, at=at),
            session_id=session_id,
            conversation=conversation,
        )


def _read_time(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        return read_instant(value, what="its time")  # type: ignore[arg-type]  # it refuses every other type
    except InvalidInput as error:
        raise invalid(where, error.message, code=error.code) from error
