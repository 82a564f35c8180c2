"""The same context again: made without embedding and ranking anew, and never an old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from holdfast import Holdfast
from holdfast.testing import HashingEmbedder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.ports import Vector

QUESTION = "what must I avoid?"


class CountingEmbedder(HashingEmbedder):
    """Counts how often it embeds the question."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def embed_query(self, text: str) -> Vector:
        self.asked += text == QUESTION
        return super().embed_query(text)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def memory(embedder: CountingEmbedder) -> Iterator[Holdfast]:
    with Holdfast(":memory:", embedder=embedder) as opened:
        opened.add("I am allergic to shellfish", user_id="ana")
        yield opened


def test_the_same_question_is_embedded_once_for_every_budget_and_form(
    memory: Holdfast, embedder: CountingEmbedder
) -> None:
    first = memory.context(QUESTION, user_id="ana")
    again = memory.context(QUESTION, user_id="ana")
    small = memory.context(QUESTION, user_id="ana", max_tokens=40, format="markdown")

    assert embedder.asked == 1
    assert first == again
    assert [each.text for each in small.memories] == ["I am allergic to shellfish"]


def test_what_was_added_since_is_in_the_next_one(memory: Holdfast, embedder: CountingEmbedder) -> None:
    memory.context(QUESTION, user_id="ana")
    memory.add("I must avoid peanuts too", user_id="ana")

    assert len(memory.context(QUESTION, user_id="ana").memories) == 2
    assert embedder.asked == 2
