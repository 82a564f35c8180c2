"""What was said."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from holdfast import limits
from holdfast.domain.message import (
    ConversationInput,
    Message,
    Role,
    fingerprint,
    read_messages,
    said_at,
)
from holdfast.errors import HoldfastError

AT = datetime(2026, 1, 1, tzinfo=UTC)
FULL = Message(Role.ASSISTANT, "hello", "Tom", "D1:3", AT)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("hello", (Message(Role.USER, "hello"),)),
        ({"content": "hello"}, (Message(Role.USER, "hello"),)),
        (FULL, (FULL,)),
        (["a", {"role": "tool", "content": "b"}], (Message(Role.USER, "a"), Message(Role.TOOL, "b"))),
        (
            {"role": "assistant", "content": "hello", "name": "Tom", "id": "D1:3", "at": "2026-01-01"},
            (FULL,),
        ),
    ],
)
def test_messages_are_read_from_what_a_caller_gives(
    given: ConversationInput, expected: tuple[Message, ...]
) -> None:
    assert read_messages(given) == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], "no_messages"), (7, "not_messages"), (b"a", "not_messages"), ([7], "not_messages"),
        (None, "not_messages"),
        ("", "empty_text"), ({"role": "user"}, "not_text"),
        ({"content": "a", "role": "boss"}, "unknown_role"),
        ({"content": "a", "role": 1}, "unknown_role"), ({"content": "a", "text": "b"}, "unknown_message_key"),
        ({"content": "a", "id": ""}, "invalid_name"), ({"content": "a", "name": "\n"}, "invalid_name"),
        ({"content": "a", "at": "soon"}, "invalid_instant"),
        ("x" * (limits.MESSAGE_CHARACTERS_MAX + 1), "text_too_long"),
        (["a"] * (limits.MESSAGES_PER_ADD_MAX + 1), "too_many_messages"),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
def test_other_things_are_no_messages(given: ConversationInput, code: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        read_messages(given)

    assert caught.value.code == code


def test_as_many_and_as_long_messages_as_allowed_are_read() -> None:
    assert len(read_messages(["a"] * limits.MESSAGES_PER_ADD_MAX)) == limits.MESSAGES_PER_ADD_MAX
    assert len(read_messages("x" * limits.MESSAGE_CHARACTERS_MAX)[0].content) == limits.MESSAGE_CHARACTERS_MAX


def test_messages_without_a_time_take_the_default() -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    untimed = Message(Role.USER, "a")

    assert said_at((untimed, FULL), later) == (replace(untimed, at=later), FULL)
    assert said_at((untimed,), None) == (untimed,)


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, role=Role.USER),
        replace(FULL, content="hello "),
        replace(FULL, name=None),
        replace(FULL, id="D1:4"),
        replace(FULL, at=None),
        Message(Role.ASSISTANT, "Tom", "hello", "D1:3", AT),
    ],
)
def test_fingerprint_tells_messages_apart(other: Message) -> None:
    assert fingerprint(other) != fingerprint(FULL)
    assert fingerprint(other) == fingerprint(replace(other))
    assert len(fingerprint(other)) == 16


def test_speaker_is_the_name_or_the_role() -> None:
    assert (FULL.speaker, replace(FULL, name=None).speaker) == ("Tom", "assistant")
