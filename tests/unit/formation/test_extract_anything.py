"""Whatever is said, extraction answers, within its bounds."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.formation.extract import extract
from holdfast.formation.extract.sentences import statements_in

NOW = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)
SECONDS_MAX = 3.0
"""Ten times what the slowest of these takes on a busy core, and far from what a blow-up would."""

PIECES = st.sampled_from(
    [
        "\n",
        "\u202e",
        *[
            r"I",
            r"my",
            r"we",
            r"live",
            r"in",
            r"work",
            r"at",
            r"Berlin",
            r"Siemens",
            r"the",
            r"of",
            r"is",
            r"no",
            r"longer",
            r"used",
            r"to",
            r"like",
            r"and",
            r",",
            r".",
            r"!",
            r"?",
            r":",
            r"'",
            r'"',
            r"(",
            r")",
            r">",
            r"```",
            r"@",
            r"3",
            r"May",
            r"yesterday",
            r"last",
            r"next",
            r"2019",
            r"at",
            r"5pm",
            r"always",
            r"never",
            r"remember",
            r"that",
            r"forget",
            r"from",
            r"now",
            r"on",
            r"called",
            r"named",
            r"Eva",
            r"'s",
            r"🧠",
            r"東京",
            r"{s}",
            r"{v}",
            r"{0}",
            r"%s",
            r"\1",
            r"sold",
            r"quit",
            r"broke",
            r"up",
            r"not",
            r"any",
            r"more",
            r"favourite",
        ],
    ]
)
TALK = st.lists(PIECES, max_size=40).map(" ".join)


@given(st.text(max_size=300) | TALK, st.sampled_from(["Ana", None, "{s}", "\\1", "I", "🧠"]))
def test_any_text_gives_facts_that_can_be_read(text: str, name: str | None) -> None:
    for fact in extract([Message(Role.USER, text, name)], at=NOW):
        assert fact.text.strip()
        assert fact.subject.strip()
        assert fact.attribute.strip()
        assert fact.value is None or fact.folded_value
        assert fact.value is not None or fact.retracts
        assert 0 <= fact.importance <= 1
        assert len(fact.entities) <= limits.ENTITIES_PER_FACT_MAX


@given(st.text(max_size=200) | TALK)
def test_same_text_gives_the_same_facts(text: str) -> None:
    message = Message(Role.USER, text)

    assert extract([message], at=NOW) == extract([message], at=NOW)


@pytest.mark.parametrize(
    "piece",
    [
        "a", " ", "I ", "my ", "the a of ", ".", "The x of y is ", "A", "\n", '"', "```", "1", "in a ",
        "- ", "and i am ",
        "I moved from ", "I quit ", "Ab's ", "(", "on the 3rd ", "May ", "the A of for is ",
        "for the last ", "> ",
        "I live in Berlin. ", "I like a, ", "\u202e", "\u0300", "one two ", "early in the end of the ",
        "not ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [limits.STATEMENT_CHARACTERS_MAX - 2, limits.MESSAGE_CHARACTERS_MAX])
def test_repetition_costs_no_more_than_any_text(piece: str, length: int) -> None:
    whole = (piece * length)[:length]
    text = whole if length > limits.EXTRACT_CHARACTERS_MAX else f"{whole}. " * 50

    begin = time.perf_counter()
    extract([Message(Role.USER, text)], at=NOW)

    assert time.perf_counter() - begin < SECONDS_MAX


def test_message_gives_no_more_facts_than_the_bound() -> None:
    text = " ".join(f"My thing{number} is {number}." for number in range(200))

    assert len(extract([Message(Role.USER, text)], at=NOW)) == limits.FACTS_PER_MESSAGE_MAX


def test_long_sentences_and_the_end_of_long_messages_are_not_read() -> None:
    long = f"I live in Berlin {'x' * limits.STATEMENT_CHARACTERS_MAX}."
    late = "x. " * limits.EXTRACT_CHARACTERS_MAX + "I live in Berlin."

    assert statements_in(long) == ()
    assert extract([Message(Role.USER, late)], at=NOW) == ()


def test_statements_of_a_message_are_bounded() -> None:
    text = " ".join(f"Line {number}." for number in range(limits.STATEMENTS_PER_MESSAGE_MAX + 5))

    assert len(statements_in(text)) == limits.STATEMENTS_PER_MESSAGE_MAX


def test_said_text_is_data() -> None:
    (fact,) = extract([Message(Role.USER, "My wifi password is \\1%s9", "{s}\\1")], at=NOW)

    assert (fact.value, fact.text) == ("\\1%s9", "{s}\\1's wifi password is \\1%s9")
