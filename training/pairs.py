"""Pairs of a question and a turn that answers it, and batches of them; standard library only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast.adapters.sqlite.home import BEFORE_WEIGHT, SECOND_BEFORE_WEIGHT
from training.lexical import Bm25

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from training.dialogues import Dialogue

WINDOW_WEIGHTS = (BEFORE_WEIGHT, SECOND_BEFORE_WEIGHT)


class TurnKey(NamedTuple):
    """Where a turn stands: the id of its dialogue and its number there."""

    dialogue: str
    number: int


class QuestionKey(NamedTuple):
    """Where a question stands: the id of its dialogue and its place in the list."""

    dialogue: str
    place: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with one turn that answers it.

    ``spared`` are the turns that must not count against it; ``rivals`` are wrong turns of the same
    dialogue, the hardest first.
    """

    question: QuestionKey
    text: str
    turn: TurnKey
    spared: frozenset[TurnKey]
    rivals: tuple[TurnKey, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step compares: every question with every candidate.

    ``candidates`` begin with the right answers in the order of the pairs. Each is a weighted sum of
    turns: one turn alone, or its window. ``allowed[i][j]`` says whether candidate j may be held
    against question i, or is its own answer.
    """

    questions: tuple[str, ...]
    candidates: tuple[tuple[tuple[TurnKey, float], ...], ...]
    allowed: tuple[tuple[bool, ...], ...]

    @property
    def turns(self) -> tuple[TurnKey, ...]:
        """Every turn to embed, once."""
        return tuple(dict.fromkeys(turn for parts in self.candidates for turn, _ in parts))


def build_pairs(dialogues: Sequence[Dialogue], *, spare: int = 0) -> list[Pair]:
    """One pair for each question and each of its evidence turns, with lexical rivals.

    Args:
        dialogues: what to build from.
        spare: how many turns on each side of an answer are never rivals of it.
    """
    pairs: list[Pair] = []
    for dialogue in dialogues:
        rank = lexical_ranking(dialogue)
        for place, question in enumerate(dialogue.questions):
            pairs.extend(_pairs_of(dialogue, place, rank(question.text), spare))
    return pairs


def lexical_ranking(dialogue: Dialogue) -> Callable[[str], list[TurnKey]]:
    """Ranks the turns of one dialogue: the one that shares most with a question comes first."""
    keys = [TurnKey(dialogue.id, turn.number) for turn in dialogue.said]
    index = Bm25([turn.indexed for turn in dialogue.said])

    def rank(question: str) -> list[TurnKey]:
        scores = dict(zip(keys, index.scores(question), strict=True))
        return sorted(keys, key=lambda key: -scores[key])

    return rank


def with_rivals(pairs: Sequence[Pair], ranked: Mapping[QuestionKey, Sequence[TurnKey]]) -> list[Pair]:
    """The pairs with other rivals: a ranking of turns for each question, less the spared ones."""
    return [
        replace(pair, rivals=tuple(turn for turn in ranked[pair.question] if turn not in pair.spared))
        for pair in pairs
    ]


def order_of(pairs: Sequence[Pair], *, size: int, random: Random, together: int = 1) -> list[list[int]]:
    """One epoch: the places of the pairs in batches, each question at most once in a batch.

    With ``together`` a batch takes that many pairs of a dialogue at a time, so that the answers of the others
    are wrong turns of the same dialogue. The last, smaller batch is left out: its loss would be another one.
    """
    places = _shuffled(pairs, together, random)
    batches: list[list[int]] = []
    waiting: list[int] = []
    while len(places) + len(waiting) >= size:
        batch, waiting, places = _one_batch(pairs, waiting + places, size)
        if len(batch) < size:
            break
        batches.append(batch)
    return batches


def build_batch(
    pairs: Sequence[Pair],
    *,
    rivals: int,
    among: int,
    before: Callable[[TurnKey], Sequence[TurnKey]],
    window_share: float,
    random: Random,
) -> Batch:
    """Puts the pairs of one step together.

    Args:
        pairs: the pairs, no question twice.
        rivals: how many wrong turns of its dialogue each pair brings.
        among: how many of the hardest the rivals are drawn from.
        before: the turns that the window of a turn takes in, nearest first.
        window_share: the share of pairs whose candidates are windows instead of turns.
        random: draws the rivals and the windows.
    """
    right: list[tuple[TurnKey, bool]] = []
    wrong: list[tuple[TurnKey, bool]] = []
    for pair in pairs:
        as_window = random.random() < window_share
        hardest = pair.rivals[:among]
        right.append((pair.turn, as_window))
        wrong.extend((turn, as_window) for turn in random.sample(hardest, min(rivals, len(hardest))))
    listed = right + [each for each in dict.fromkeys(wrong) if each not in right]
    return Batch(
        questions=tuple(pair.text for pair in pairs),
        candidates=tuple(_parts(turn, before(turn) if as_window else ()) for turn, as_window in listed),
        allowed=tuple(
            tuple(column == row or turn not in pair.spared for column, (turn, _) in enumerate(listed))
            for row, pair in enumerate(pairs)
        ),
    )


def _pairs_of(dialogue: Dialogue, place: int, ranked: Sequence[TurnKey], spare: int) -> list[Pair]:
    question = dialogue.questions[place]
    spared = frozenset(
        TurnKey(dialogue.id, number + step)
        for number in question.answers
        for step in range(-spare, spare + 1)
    )
    return [
        Pair(
            question=QuestionKey(dialogue.id, place),
            text=question.text,
            turn=TurnKey(dialogue.id, number),
            spared=spared,
            rivals=tuple(turn for turn in ranked if turn not in spared),
        )
        for number in question.evidence
    ]


def _shuffled(pairs: Sequence[Pair], together: int, random: Random) -> list[int]:
    places = list(range(len(pairs)))
    random.shuffle(places)
    of_dialogue: dict[str, list[int]] = {}
    for place in places:
        of_dialogue.setdefault(pairs[place].turn.dialogue, []).append(place)
    groups = [
        own[start : start + together]
        for own in of_dialogue.values()
        for start in range(0, len(own), together)
    ]
    random.shuffle(groups)
    return [place for group in groups for place in group]


def _one_batch(
    pairs: Sequence[Pair], places: Sequence[int], size: int
) -> tuple[list[int], list[int], list[int]]:
    """A batch, the pairs that were passed over because their question was in it, and the rest."""
    batch: list[int] = []
    passed: list[int] = []
    asked: set[QuestionKey] = set()
    for read, place in enumerate(places):
        if len(batch) == size:
            return batch, passed, list(places[read:])
        if pairs[place].question in asked:
            passed.append(place)
        else:
            asked.add(pairs[place].question)
            batch.append(place)
    return batch, passed, []


def _parts(turn: TurnKey, before: Sequence[TurnKey]) -> tuple[tuple[TurnKey, float], ...]:
    return ((turn, 1.0), *zip(before, WINDOW_WEIGHTS, strict=False))
