from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from training.dialogues import load_dialogues
from training.lexical import stems
from training.probe import (
    Fact,
    Person,
    draw_pairs,
    find_facts,
    load_people,
    load_sentences,
    mean_ranks,
    probe,
    rank_correlation,
    take_reference,
)

ANA = Person("Ana", (Fact("apples", "a"), Fact("boats", "b"), Fact("cats", "b again")))
BEN = Person("Ben", (Fact("apes", "a"),))


def axes(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Texts of one first letter have one vector."""
    vectors = np.zeros((len(texts), 26), np.float32)
    for row, text in enumerate(texts):
        vectors[row, ord(text[0]) - ord("a")] = 1
    return vectors


def scattered(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Unit vectors that depend on the place only."""
    vectors = np.random.default_rng(1).normal(size=(len(texts), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def test_there_are_eight_to_ten_people_with_sixteen_to_twenty_two_facts() -> None:
    people = load_people()
    assert 8 <= len({person.name for person in people}) == len(people) <= 10
    assert all(16 <= len(person.facts) <= 22 for person in people)
    assert sum(len(person.facts) for person in people) == 190


def test_no_fact_and_no_question_is_there_twice() -> None:
    facts = [fact for person in load_people() for fact in person.facts]
    assert len({fact.text.casefold() for fact in facts}) == len(facts)
    assert len({fact.question.casefold() for fact in facts}) == len(facts)


def test_facts_and_questions_are_short_trimmed_lines() -> None:
    texts = [text for person in load_people() for fact in person.facts for text in (fact.text, fact.question)]
    assert all(text == text.strip() and 2 < len(text.split()) < 18 for text in texts)


def test_a_question_ends_like_one() -> None:
    assert all(fact.question.endswith("?") for person in load_people() for fact in person.facts)


def test_a_question_does_not_repeat_the_longer_words_of_its_fact() -> None:
    def long_stems(text: str) -> set[str]:
        return {stem for stem in stems(text) if len(stem) > 4}

    facts = [fact for person in load_people() for fact in person.facts]
    assert not [fact for fact in facts if long_stems(fact.text) & long_stems(fact.question)]


def test_there_are_four_hundred_sentences_of_five_to_twenty_five_words() -> None:
    sentences = load_sentences()
    assert len(sentences) == len({sentence.casefold() for sentence in sentences}) == 400
    assert all(5 <= len(sentence.split()) <= 25 for sentence in sentences)


def test_nothing_of_the_probe_is_trained_on() -> None:
    dialogues = load_dialogues()
    said = {turn.text.casefold() for dialogue in dialogues for turn in dialogue.said}
    asked = {question.text.casefold() for dialogue in dialogues for question in dialogue.questions}
    facts = [fact for person in load_people() for fact in person.facts]
    assert [fact for fact in facts if fact.text.casefold() in said] == []
    assert [fact for fact in facts if fact.question.casefold() in asked] == []
    assert [sentence for sentence in load_sentences() if sentence.casefold() in said] == []


def test_a_question_is_asked_among_the_facts_of_its_person() -> None:
    found = find_facts([ANA, BEN], axes)
    assert found.questions == 4
    assert found.recall_1 == 3 / 4
    assert found.mrr == pytest.approx((1 + 1 + 1 / 3 + 1) / 4)


def test_a_model_that_says_the_same_of_everything_finds_nothing() -> None:
    found = find_facts([ANA], lambda texts: np.ones((len(texts), 1), np.float32))
    assert found.recall_1 == 0


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert mean_ranks([0.5, 0.1, 0.5, 0.9]).tolist() == [2.5, 1, 2.5, 4]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3], [10, 20, 1000], 1),
        ([1, 2, 3], [3, 2, 1], -1),
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8),
        ([1, 2, 2, 3], [1, 2, 3, 4], 0.9**0.5),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0),
    ],
)
def test_rank_correlation_on_known_values(one: list[float], other: list[float], expected: float) -> None:
    assert rank_correlation(one, other) == pytest.approx(expected)


def test_what_orders_nothing_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="all equal"):
        rank_correlation([1, 1, 1], [1, 2, 3])


def test_measures_of_different_lengths_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="3 values"):
        rank_correlation([1, 2, 3], [1, 2])


def test_pairs_are_drawn_once_each_and_are_the_same_on_each_draw() -> None:
    vectors = scattered(["s"] * 60)
    pairs = draw_pairs(vectors, count=200)
    assert len(set(pairs)) == 200
    assert all(first < second for first, second in pairs)
    assert pairs == draw_pairs(vectors, count=200)


def test_half_of_the_pairs_are_neighbours() -> None:
    vectors = scattered(["s"] * 60)
    nearest = {
        frozenset((row, int(other)))
        for row, closeness in enumerate(vectors @ vectors.T)
        for other in np.argsort(-closeness)[1:11]
    }
    pairs = draw_pairs(vectors, count=200)
    assert all(frozenset(pair) in nearest for pair in pairs[:100])
    assert not all(frozenset(pair) in nearest for pair in pairs[100:])


def test_more_pairs_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match=r"[Ss]ample"):
        draw_pairs(scattered(["s"] * 5), count=200)


def test_a_model_agrees_with_itself() -> None:
    sentences = ["s"] * 60
    reference = take_reference(sentences, scattered, count=200)
    found = probe("m", scattered, [ANA], sentences, reference=reference)
    assert found.agreement == pytest.approx(1)


def test_without_a_model_to_compare_with_there_is_no_agreement() -> None:
    assert probe("m", axes, [ANA], ["s"]).agreement is None
