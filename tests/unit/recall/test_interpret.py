"""What is understood of a question."""

from datetime import UTC, datetime

import pytest

from holdfast.recall.interpret import interpret

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("When did Ana move?", True),
        ("What year was the flood?", True),
        ("Which day is the exam?", True),
        ("How long ago did she call?", True),
        ("Who moved?", False),
        ("How long is the table?", False),
        ("Whenever it rains, who calls?", False),
        ("Do you know when she moved?", True),
        ("Who is called when the alarm rings?", False),
    ],
)
def test_asks_when(question: str, *, asks: bool) -> None:
    assert interpret(question, reference=NOW).asks_when is asks


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Can you plan my week?", True),
        ("How should I list my sources?", True),
        ("What should I cook tonight?", True),
        ("Recommend a book", True),
        ("Please write to Ana", True),
        ("What did Ana cook?", False),
        ("Did you see the plan?", True),
        ("How did Ana get home?", False),
    ],
)
def test_asks_for_action(question: str, *, asks: bool) -> None:
    assert interpret(question, reference=NOW).asks_for_action is asks


def test_words_are_those_that_a_name_may_be_among() -> None:
    assert {"ana", "li", "josé"} <= interpret("Ana's, LI and José’s", reference=NOW).words


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("我住在哪里", True),
        ("Где я живу?", True),
        ("¿Dónde vivo, Müller?", False),
        ("123 ?!", False),
        ("", False),
    ],
)
def test_question_in_another_script_is_foreign(question: str, *, foreign: bool) -> None:
    assert interpret(question, reference=NOW).is_foreign is foreign
