"""How well vectors find the turns that answer: ranks, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.sqlite.home import Home, window_scores
from holdfast.adapters.sqlite.turn_rows import TURN, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from holdfast.ports import Vectors
    from training.dialogues import Dialogue

    Embed = Callable[[Sequence[str]], Vectors]

TOP = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question: what it is, and at which ranks its evidence came."""

    kind: str
    type: str
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions: 1 / the best rank, and the share of the evidence in the top."""

    questions: int
    mrr: float
    recall_1: float
    recall_10: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The same questions by the turns' own vectors and by their windows."""

    turns: tuple[Ranked, ...]
    windows: tuple[Ranked, ...]


def figures(ranked: Sequence[Ranked]) -> Figures:
    """The means over some questions.

    Raises:
        ValueError: there are no questions.
    """
    if not ranked:
        raise ValueError("There are no questions to take a mean of")
    return Figures(
        questions=len(ranked),
        mrr=_mean([1 / min(each.ranks) for each in ranked]),
        recall_1=_mean([_recall(each.ranks, 1) for each in ranked]),
        recall_10=_mean([_recall(each.ranks, TOP) for each in ranked]),
    )


def ranks_of(scores: Sequence[float], evidence: Sequence[int], passed_over: Sequence[int]) -> tuple[int, ...]:
    """The rank, from 1, of each evidence row; other evidence and rows passed over are not in its way.

    Of rows with one score the evidence comes last: a model that says the same of everything finds nothing.
    """
    values = np.asarray(scores, np.float64)
    others = np.delete(values, [*evidence, *passed_over])
    return tuple(1 + int(np.count_nonzero(others >= values[row])) for row in evidence)


def evaluate(dialogues: Sequence[Dialogue], embed: Embed, *, together: bool = False) -> Evaluation:
    """Asks every question among the turns of its dialogue, or with ``together`` among those of all."""
    texts = [turn.indexed for dialogue in dialogues for turn in dialogue.said]
    turn_vectors = embed(texts)
    question_vectors = embed([question.text for dialogue in dialogues for question in dialogue.questions])
    rows = _row_of(dialogues)
    home = Home(turn_vectors.shape[1])
    silent = np.zeros(len(texts), TURN)
    silent["key"], silent["thread"] = np.arange(len(texts)), _threads(dialogues)
    home.extend(Turns(silent, [None], np.empty(0, np.uint32)), [turn_vectors])
    turns: list[Ranked] = []
    windows: list[Ranked] = []
    asked = iter(question_vectors)
    for dialogue in dialogues:
        own = [rows[dialogue.id, turn.number] for turn in dialogue.said]
        searched = slice(None) if together else slice(own[0], own[-1] + 1)
        offset = 0 if together else own[0]
        for question in dialogue.questions:
            by_turn = turn_vectors @ next(asked)
            evidence = [rows[dialogue.id, number] - offset for number in question.evidence]
            also = [rows[dialogue.id, number] - offset for number in question.also]
            for found, scores in ((turns, by_turn), (windows, window_scores(home.view, by_turn))):
                ranks = ranks_of(scores[searched].tolist(), evidence, also)
                found.append(Ranked(dialogue.kind, question.type, ranks))
    return Evaluation(tuple(turns), tuple(windows))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _recall(ranks: Sequence[int], top: int) -> float:
    return sum(rank <= top for rank in ranks) / len(ranks)


def _row_of(dialogues: Sequence[Dialogue]) -> dict[tuple[str, int], int]:
    places = [(dialogue.id, turn.number) for dialogue in dialogues for turn in dialogue.said]
    return {place: row for row, place in enumerate(places)}


def _threads(dialogues: Sequence[Dialogue]) -> list[int]:
    """A number for each session: a gap begins another one, and a note is one of its own."""
    threads: list[int] = []
    current = 0
    for dialogue in dialogues:
        current += 1
        for turn in dialogue.turns:
            current += turn.is_gap or dialogue.kind == "notes"
            if not turn.is_gap:
                threads.append(current)
    return threads
