from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt
import pytest

from training.dialogues import Dialogue, Question, Turn
from training.lexical import Bm25
from training.metrics import Ranked, evaluate, figures, ranks_of
from training.mining import mine
from training.pairs import (
    Batch,
    Pair,
    QuestionKey,
    TurnKey,
    build_batch,
    build_pairs,
    order_of,
    with_rivals,
)
from training.schedule import Schedule, steps_that_fit

TEXTS = (
    "We sail on Friday",
    "Boats need paint",
    "Paint is in the shed",
    "Bring the dog to the boat",
    "My dog hates water",
)


def dialogue(*questions: Question, name: str = "d") -> Dialogue:
    turns = tuple(Turn(number, "Ana", text) for number, text in enumerate(TEXTS, start=1))
    return Dialogue(name, "friends", turns, questions)


def question(text: str, *evidence: int, also: tuple[int, ...] = ()) -> Question:
    return Question(text, "what", evidence, also)


def batch_of(pairs: Sequence[Pair], *, rivals: int = 1, window_share: float = 0.0) -> Batch:
    def before(turn: TurnKey) -> list[TurnKey]:
        return [TurnKey(turn.dialogue, number) for number in dialogue().before(turn.number)]

    return build_batch(
        pairs, rivals=rivals, among=rivals, before=before, window_share=window_share, random=Random(1)
    )


def test_bm25_prefers_rare_words() -> None:
    scores = Bm25(TEXTS).scores("the shed")
    assert int(np.argmax(scores)) == 2
    assert scores[0] == 0


def test_each_evidence_turn_makes_a_pair() -> None:
    pairs = build_pairs([dialogue(question("paint?", 2, 3))])
    assert [pair.turn.number for pair in pairs] == [2, 3]


def test_rivals_share_words_and_never_answer() -> None:
    (pair,) = build_pairs([dialogue(question("who paints the boat?", 2, also=(3,)))])
    assert pair.rivals[0] == TurnKey("d", 4)
    assert not {rival.number for rival in pair.rivals} & {2, 3}


def test_neighbours_of_an_answer_can_be_spared() -> None:
    (pair,) = build_pairs([dialogue(question("paint?", 3))], spare=1)
    assert {rival.number for rival in pair.rivals} == {1, 5}


def test_a_question_is_asked_once_in_a_batch_and_every_full_batch_is_made() -> None:
    pairs = build_pairs([dialogue(*(question(f"q{place}", 1, 2, 3) for place in range(8)))])
    batches = order_of(pairs, size=4, random=Random(3))
    assert all(len({pairs[place].question for place in batch}) == 4 for batch in batches)
    assert len({place for batch in batches for place in batch}) == sum(map(len, batches)) >= 20


def test_pairs_of_a_dialogue_stand_together_in_a_batch() -> None:
    dialogues = [replace(dialogue(*(question(f"q{n}", 1) for n in range(8))), id=str(n)) for n in range(4)]
    pairs = build_pairs(dialogues)

    batches = order_of(pairs, size=8, random=Random(3), together=4)

    assert sorted(place for batch in batches for place in batch) == list(range(32))
    for batch in batches:
        of = [pairs[place].turn.dialogue for place in batch]
        assert len({*of[:4]}) == len({*of[4:]}) == 1


def test_the_order_is_the_same_for_one_seed() -> None:
    pairs = build_pairs([dialogue(*(question(f"q{place}", 1) for place in range(9)))])
    assert order_of(pairs, size=3, random=Random(5)) == order_of(pairs, size=3, random=Random(5))


def test_an_answer_is_not_held_against_another_question_that_it_answers() -> None:
    pairs = build_pairs([dialogue(question("a", 1), question("b", 1), question("c", 2, also=(1,)))])
    batch = batch_of(pairs, rivals=0)
    assert batch.allowed == ((True, False, True), (False, True, True), (False, False, True))


def test_the_other_evidence_of_a_question_is_not_held_against_it() -> None:
    first, _ = build_pairs([dialogue(question("a", 1, 2))])
    (other,) = build_pairs([dialogue(question("a", 1), question("b", 2))])[1:]
    batch = batch_of([first, other], rivals=0)
    assert batch.allowed[0] == (True, False)
    assert batch.allowed[1] == (True, True)


def test_rivals_stand_behind_the_answers_once_each() -> None:
    pairs = build_pairs([dialogue(question("dog water", 4), question("dog hates", 4))])
    batch = batch_of(pairs)
    assert [parts[0][0].number for parts in batch.candidates] == [4, 4, 5]
    assert batch.turns == (TurnKey("d", 4), TurnKey("d", 5))


def test_a_window_mixes_the_turns_before() -> None:
    (pair,) = build_pairs([dialogue(question("dog", 5))])
    parts = batch_of([pair], rivals=0, window_share=1.0).candidates[0]
    assert parts == ((TurnKey("d", 5), 1.0), (TurnKey("d", 4), 0.5), (TurnKey("d", 3), 0.3))


def axes(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Texts of one first letter have one vector."""
    vectors = np.zeros((len(texts), 26), np.float32)
    for row, text in enumerate(texts):
        vectors[row, ord(text.removeprefix("Ana: ")[0].lower()) - ord("a")] = 1
    return vectors


def test_mined_rivals_are_the_closest_that_do_not_answer() -> None:
    dialogues = [dialogue(question("bring", 2), question("w", 1))]
    wanted = QuestionKey("d", 0)
    ranked = mine(dialogues, {wanted}, axes)
    assert {turn.number for turn in ranked[wanted][:2]} == {2, 4}
    pair, _ = with_rivals(build_pairs(dialogues), ranked)
    assert pair.rivals[0] == TurnKey("d", 4)
    assert TurnKey("d", 2) not in pair.rivals


def test_ranks_pass_over_what_also_answers_and_a_tie_goes_to_the_others() -> None:
    assert ranks_of([0.9, 0.8, 0.7, 0.7], [2], [0]) == (3,)
    assert ranks_of([0.9, 0.8, 0.7], [1, 2], []) == (2, 2)


def test_figures_are_means_over_questions() -> None:
    found = figures([Ranked("a", "what", (1, 11)), Ranked("a", "what", (2,))])
    assert (found.questions, found.mrr, found.recall_1, found.recall_10) == (2, 0.75, 0.25, 0.75)


def test_figures_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no questions"):
        figures([])


def test_each_dialogue_is_searched_alone_or_with_the_others() -> None:
    dialogues = [dialogue(question("w", 1), name="d"), dialogue(question("p", 3), name="e")]
    alone = evaluate(dialogues, axes)
    assert [each.ranks for each in alone.turns] == [(1,), (1,)]
    together = evaluate(dialogues, axes, together=True)
    assert [each.ranks for each in together.turns] == [(2,), (2,)]


def test_the_rate_rises_and_falls() -> None:
    schedule = Schedule(steps=100, peak=1.0, warm_up_share=0.1)
    rates = [schedule.rate(step) for step in range(100)]
    assert max(rates) == rates[9] == 1.0
    assert rates[0] == 0.1
    assert 0 < rates[-1] < 0.02


def test_steps_fit_into_the_time() -> None:
    assert steps_that_fit(100, seconds_per_step=2, seconds_left=60) == 30
    assert steps_that_fit(10, seconds_per_step=2, seconds_left=60) == 10
    assert steps_that_fit(10, seconds_per_step=2, seconds_left=0) == 1
