"""The measures of quality, on orders that can be reckoned by hand."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.quality.dense import measure, score


def test_score_of_an_order() -> None:
    assert score(["a", "b"], ["a"]).ndcg_10 == 100
    assert score(["b", "a"], ["a"]).ndcg_10 == pytest.approx(100 / np.log2(3))
    assert score(["b", "a"], ["a", "c"]).recall_10 == 50
    assert score([str(n) for n in range(11)], ["10"]).recall_10 == 0


def letters(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Texts that end with the same letter have the same vector."""
    return np.array([[text[-1] == letter for letter in "abcde"] for text in texts], np.float32)


def test_questions_are_asked_among_the_turns_of_their_conversation() -> None:
    conversation = {
        "sessions": [
            {"messages": [{"id": str(n), "name": "Ana", "content": f"text {letter}"}]}
            for n, letter in enumerate("abcdeabcdea ")
        ],
        "questions": [
            {"text": "b", "category": "single-hop", "evidence": ["1", "6"]},
            {"text": "c", "category": "adversarial", "evidence": ["0"]},
        ],
    }

    found = measure([conversation], letters)

    assert found.recall_10 == 100
    assert found.ndcg_10 == pytest.approx(100)
