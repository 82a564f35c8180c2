"""JSON Lines: one message on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from holdfast.importers.lines import numbered_lines
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

_KNOWN_KEYS = MESSAGE_KEYS | {"session", "session_id", "user", "user_id", "agent", "agent_id"}


def read_message_lines(file: BinaryIO, name: str) -> Iterator[Item]:
    """The messages in the lines; empty lines do not count.

    A line is an object with ``content`` and, if it has them, ``role``, ``name``, ``id``, ``at``,
    ``session_id``, ``user_id`` and ``agent_id`` (also without ``_id``).

    Raises:
        InvalidInput: ``invalid_import`` with the number of the line.
    """
    for number, line in numbered_lines(file):
        if line.strip():
            yield from _read_line(line, f"line {number}", f"{name}:{number}")


def _read_line(line: str, where: str, default_id: str) -> Iterator[Item]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise invalid(where, f"it is not JSON ({error})") from error
    message = read_message(given, where=where, default_id=default_id)
    yield from ignored_keys(given, _KNOWN_KEYS)
    if message is None:
        yield Skipped()
        return
    ids = {
        part: read_name(given.get(f"{part}_id", given.get(part)), what=f"{part}_id", where=where)
        for part in ("user", "agent", "session")
    }
    yield Utterance(message, user_id=ids["user"], agent_id=ids["agent"], session_id=ids["session"])
