"""Measures an encoder alone: the turns of a conversation in the order of their closeness to a question.

::

    python -m benchmarks.quality.dense CONVERSATIONS.json --model FOLDER [--model ANOTHER …] [--json]

CONVERSATIONS.json is a list of ``{id, sessions: [{messages: [{id, name, content}]}], questions: [{text,
category, evidence: [message id]}]}``; FOLDER is what ``training.evaluate`` takes. Recall@10 is the share of a
question's evidence among the first ten turns; NDCG@10 discounts by rank. Adversarial questions stay out.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from holdfast.domain.memory import indexed_text
from training.evaluate import open_embed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.metrics import Embed

    Conversation = dict[str, Any]

TOP = 10
ADVERSARIAL = "adversarial"


@dataclass(frozen=True, slots=True)
class Found:
    """What the first ten turns hold of one question's evidence, in percent."""

    recall_10: float
    ndcg_10: float


def main() -> None:
    """Prints what the command line asks for."""
    arguments = _parser().parse_args()
    conversations: list[Conversation] = json.loads(arguments.conversations.read_text(encoding="utf-8"))
    figures = {
        str(folder): measure(conversations, open_embed(folder, threads=arguments.threads))
        for folder in arguments.model
    }
    if arguments.json:
        print(json.dumps({name: asdict(found) for name, found in figures.items()}))
    else:
        Console().print(_table(figures))


def measure(conversations: Sequence[Conversation], embed: Embed) -> Found:
    """The means over the questions of all conversations."""
    shown = track(conversations, description="conversations", console=Console(stderr=True))
    found = [each for conversation in shown for each in _ask(conversation, embed)]
    return Found(fmean(each.recall_10 for each in found), fmean(each.ndcg_10 for each in found))


def score(order: Sequence[str], evidence: Sequence[str]) -> Found:
    """What the first ten of an order hold of the evidence."""
    gold = set(evidence)
    hits = [turn in gold for turn in order[:TOP]]
    ideal = sum(_gain(rank) for rank in range(min(TOP, len(gold))))
    gained = sum(_gain(rank) for rank, hit in enumerate(hits) if hit)
    return Found(100 * sum(hits) / len(gold), 100 * gained / ideal)


def _gain(rank: int) -> float:
    return 1 / math.log2(rank + 2)


def _ask(conversation: Conversation, embed: Embed) -> Iterator[Found]:
    messages = [
        message
        for session in conversation["sessions"]
        for message in session["messages"]
        if message["content"].strip()
    ]
    questions = [each for each in conversation["questions"] if each["category"] != ADVERSARIAL]
    turns = embed([indexed_text(message["name"], message["content"]) for message in messages])
    asked = embed([question["text"] for question in questions])
    ids = [message["id"] for message in messages]
    for question, scores in zip(questions, asked @ turns.T, strict=True):
        best_first = np.argsort(-scores, kind="stable")[:TOP]
        yield score([ids[row] for row in best_first], question["evidence"])


def _table(figures: dict[str, Found]) -> Table:
    table = Table("model", "Recall@10", "NDCG@10", title="The encoder alone")
    for name, found in figures.items():
        table.add_row(name, f"{found.recall_10:.1f}", f"{found.ndcg_10:.1f}")
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measures an encoder alone on conversations.")
    parser.add_argument("conversations", type=Path, help="the file of conversations and questions")
    parser.add_argument("--model", type=Path, action="append", required=True, help="a folder; repeatable")
    parser.add_argument("--threads", type=int, help="cores to use")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


if __name__ == "__main__":
    main()
