"""Probes an encoder on short facts, and on what it keeps of general language.

::

    python -m training.probe --model FOLDER [--model ANOTHER …] [--against FOLDER] [--json]

FOLDER is what ``training.evaluate`` opens. Neither file of the probe is ever trained on.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from training.dialogues import DATA
from training.evaluate import open_embed
from training.metrics import Ranked, figures, ranks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from holdfast.ports import Vectors
    from training.metrics import Embed, Figures

    Floats = npt.NDArray[np.floating]
    SentencePair = tuple[int, int]

FACTS = DATA / "probe_facts.jsonl"
SENTENCES = DATA / "probe_sentences.txt"

PAIRS = 1000
"""Pairs of sentences: half of them at random, which are nearly all far apart, half of them neighbours."""

NEIGHBOURS = 10
"""How many of the nearest sentences count as neighbours."""

SEED = 7


@dataclass(frozen=True, slots=True)
class Fact:
    """A short statement, and a question that no other fact of the person answers."""

    text: str
    question: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who does not exist, and what is known of them."""

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Pairs of sentences, and how near the model to compare with finds them."""

    pairs: tuple[SentencePair, ...]
    cosines: Floats


@dataclass(frozen=True, slots=True)
class Probed:
    """What the probe says of one model; ``agreement`` is None when there is none to compare with."""

    model: str
    questions: int
    rank_1: float
    mrr: float
    agreement: float | None


def main() -> None:
    """Prints what the command line asks for."""
    arguments = _parser().parse_args()
    people, sentences = load_people(), load_sentences()
    reference = None
    if arguments.against:
        reference = take_reference(sentences, open_embed(arguments.against, threads=arguments.threads))
    probed = [
        probe(
            str(folder), open_embed(folder, threads=arguments.threads), people, sentences, reference=reference
        )
        for folder in arguments.model
    ]
    if arguments.json:
        print(json.dumps([asdict(each) for each in probed], indent=2))
    else:
        Console().print(_table(probed))


def load_people(path: Path = FACTS) -> list[Person]:
    """The people of a file, one a line."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Person(line["person"], tuple(Fact(each["text"], each["question"]) for each in line["facts"]))
        for line in lines
    ]


def load_sentences(path: Path = SENTENCES) -> list[str]:
    """The sentences of a file, one a line."""
    return path.read_text(encoding="utf-8").splitlines()


def probe(
    model: str,
    embed: Embed,
    people: Sequence[Person],
    sentences: Sequence[str],
    *,
    reference: Reference | None = None,
) -> Probed:
    """Both measures of one model; ``model`` is what to call it."""
    found = find_facts(people, embed)
    agreement = None
    if reference is not None:
        cosines = cosines_of(reference.pairs, embed(sentences))
        agreement = rank_correlation(cosines, reference.cosines)
    return Probed(model, found.questions, found.recall_1, found.mrr, agreement)


def find_facts(people: Sequence[Person], embed: Embed) -> Figures:
    """Asks every question among the facts of its person."""
    return figures([ranked for person in people for ranked in _ranked(person, embed)])


def take_reference(sentences: Sequence[str], embed: Embed, *, count: int = PAIRS) -> Reference:
    """Draws pairs of sentences, and keeps how near a model finds them."""
    vectors = embed(sentences)
    pairs = draw_pairs(vectors, count=count)
    return Reference(pairs, cosines_of(pairs, vectors))


def draw_pairs(vectors: Vectors, *, count: int = PAIRS, seed: int = SEED) -> tuple[SentencePair, ...]:
    """Pairs of rows, each once: half of them neighbours by these vectors, half of them any others.

    Raises:
        ValueError: there are too few rows for so many pairs.
    """
    random = Random(seed)
    near = random.sample(_neighbours(vectors), count // 2)
    others = sorted(set(combinations(range(len(vectors)), 2)) - set(near))
    return (*near, *random.sample(others, count - len(near)))


def cosines_of(pairs: Sequence[SentencePair], vectors: Vectors) -> Floats:
    """How near the two unit vectors of each pair are."""
    first, second = np.transpose(pairs)
    cosines: Floats = np.einsum("ij,ij->i", vectors[first], vectors[second], dtype=np.float64)
    return cosines


def rank_correlation(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float:
    """Spearman's rank correlation of two measures of the same things: 1 if they order them alike.

    It is Pearson's correlation of the ranks (Spearman 1904, "The proof and measurement of association").

    Raises:
        ValueError: the lengths differ, or one measure says the same of everything and so orders nothing.
    """
    if len(one) != len(other):
        raise ValueError(f"{len(one)} values cannot be compared with {len(other)}")
    first, second = (ranks - ranks.mean() for ranks in (mean_ranks(one), mean_ranks(other)))
    if not first.any() or not second.any():
        raise ValueError("Values that are all equal have no order to compare")
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def mean_ranks(values: Sequence[float] | Floats) -> Floats:
    """The rank of each value, from 1 for the smallest; equal values share the mean of their ranks."""
    _, places, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    means: Floats = np.cumsum(counts) - (counts - 1) / 2
    return means[places]


def _ranked(person: Person, embed: Embed) -> list[Ranked]:
    facts = embed([fact.text for fact in person.facts])
    questions = embed([fact.question for fact in person.facts])
    return [
        Ranked(person.name, "fact", ranks_of(scores.tolist(), [row], []))
        for row, scores in enumerate(questions @ facts.T)
    ]


def _neighbours(vectors: Vectors) -> list[SentencePair]:
    """The pairs in which one row is among the nearest of the other."""
    closeness = vectors @ vectors.T
    np.fill_diagonal(closeness, -np.inf)
    nearest = np.argsort(-closeness, axis=1, kind="stable")[:, :NEIGHBOURS].tolist()
    return sorted(
        {(min(row, other), max(row, other)) for row, others in enumerate(nearest) for other in others}
    )


def _table(probed: Sequence[Probed]) -> Table:
    table = Table(title=f"{probed[0].questions} questions on facts, {PAIRS} pairs of sentences")
    for heading in ("model", "rank 1", "MRR", "agreement"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for each in probed:
        agreement = "" if each.agreement is None else f"{each.agreement:.3f}"
        table.add_row(each.model, f"{100 * each.rank_1:.1f}", f"{100 * each.mrr:.1f}", agreement)
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Probes an encoder on short facts and general sentences.")
    parser.add_argument("--model", type=Path, action="append", required=True, help="folder of a model")
    parser.add_argument("--against", type=Path, help="folder of the model whose closeness is to be kept")
    parser.add_argument("--json", action="store_true", help="print for machines")
    parser.add_argument("--threads", type=int, help="cores to use (torch decides)")
    return parser


if __name__ == "__main__":
    main()
