"""What is new, what is said again, and what was only sent again."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from holdfast.domain.message import Message, Role, fingerprint
from holdfast.formation.compare import Novelty, compare
from holdfast.formation.recalled.hear import ALL_OWN, Heard

AT = datetime(2026, 1, 1, tzinfo=UTC)
NEW, SAID, SENT, RECALLED = Novelty.NEW, Novelty.SAID_AGAIN, Novelty.SENT_AGAIN, Novelty.RECALLED


def message(text: str) -> Message:
    return Message(Role.USER, text)


def identified(text: str) -> Message:
    return Message(Role.USER, text, id=f"id of {text}")


def timed(text: str) -> Message:
    return Message(Role.USER, text, at=AT)


@pytest.mark.parametrize(
    ("said", "known", "expected"),
    [
        ("a", "", [NEW]),
        ("a", "a", [SAID]),
        ("ab", "", [NEW, NEW]),
        ("aa", "", [NEW, SAID]),
        ("abc", "ab", [SENT, SENT, NEW]),
        ("ab", "ab", [SENT, SENT]),
        ("abcb", "ab", [SENT, SENT, NEW, SAID]),
        ("cab", "ab", [NEW, SAID, SAID]),
        ("aab", "a", [SENT, SENT, NEW]),
    ],
)
def test_known_messages_at_the_head_were_sent_again(said: str, known: str, expected: list[Novelty]) -> None:
    digests = {fingerprint(message(text)): () for text in known}

    assert novelties([message(text) for text in said], digests) == expected


@pytest.mark.parametrize(
    ("said", "known", "expected"),
    [
        ("r", "", [RECALLED]),
        ("ar", "a", [SENT, RECALLED]),
        ("rarb", "ab", [SENT, SENT, SENT, SENT]),
        ("arbc", "ab", [SENT, SENT, SENT, NEW]),
        ("arbc", "a", [SENT, RECALLED, NEW, NEW]),
        ("brr", "", [NEW, RECALLED, RECALLED]),
    ],
)
def test_recalled_message_was_sent_again_with_what_stands_behind_it(
    said: str, known: str, expected: list[Novelty]
) -> None:
    digests = {fingerprint(message(text)): () for text in known}

    assert novelties([message(text) for text in said], digests) == expected


@pytest.mark.parametrize("make", [identified, timed])
def test_known_message_with_an_identity_was_sent_again_wherever_it_stands(
    make: Callable[[str], Message],
) -> None:
    known = {fingerprint(make("a")): ()}

    assert novelties([make("a")], known) == [SENT]
    assert novelties([message("new"), make("a")], known) == [NEW, SENT]
    assert novelties([make("b"), make("b")], {}) == [NEW, SENT]


def test_same_words_with_another_identity_are_new() -> None:
    known = {fingerprint(identified("a")): ()}

    assert novelties([message("a"), timed("a"), Message(Role.USER, "a", id="2")], known) == [NEW, NEW, NEW]


def novelties(said: list[Message], known: Mapping[bytes, tuple[()]]) -> list[Novelty]:
    """Of messages, the ones that say "r" of which are recalled."""
    heard = [Heard(own="") if each.content == "r" else ALL_OWN for each in said]
    return [item.novelty for item in compare(said, heard, known)]
