"""Fits the weights of the signals on development conversations, and says how well they find on others.

::

    python -m benchmarks.quality.weights CONVERSATIONS.json [ANOTHER.json …] [--dialogues] [--stores FOLDER]

CONVERSATIONS.json is as ``benchmarks.quality.dense`` takes it; ``--dialogues`` adds the dialogues of
``training/data`` that no encoder is trained on. Each set counts the same, whatever its size. What is printed
as held out was found with weights that were fitted without the conversations it was found in (five parts).

The model is the conditional logit (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior,
1973): of all candidates of a question, the right one is chosen with a chance that grows with the exponent
of the sum. It is convex: Newton's method finds the one best answer. No weight may be negative.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.quality.dense import Found, score
from holdfast import Holdfast
from holdfast.domain.ranking import WEIGHTS
from holdfast.domain.scope import Scope
from holdfast.recall.fuse import fuse
from holdfast.recall.gather import Sought, gather
from holdfast.recall.interpret import interpret
from training.dialogues import UNNAMED, load_dialogues, split

if TYPE_CHECKING:
    import numpy.typing as npt

    from training.dialogues import Dialogue

    Floats = npt.NDArray[np.float64]
    Conversation = dict[str, Any]

LEFT_OUT = frozenset({"adversarial", "summarization", "event_ordering", "abstention"})
"""Questions that no few messages answer."""

BREADTH = 200
PARTS = 5
RIDGE = 1e-3
"""How much large weights cost; it keeps a signal that hardly occurs from being believed in."""

NEWTON_STEPS = 25
COST_GAIN_MIN, STEP_MIN = 1e-6, 1e-4


class Asked(NamedTuple):
    """A question with its candidates: their signals, shape (candidates, signals), and which answer it."""

    part: int
    category: str
    evidence: frozenset[str]
    messages: tuple[str, ...]
    signals: Floats
    answers: npt.NDArray[np.bool_]
    spared: npt.NDArray[np.bool_]


def main() -> None:
    """Prints the weights and what they find."""
    arguments = _parser().parse_args()
    sets = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in arguments.conversations}
    if arguments.dialogues:
        _, unseen = split(load_dialogues())
        sets["dialogues"] = [_as_conversation(each) for each in unseen]
    with tempfile.TemporaryDirectory() as folder:
        stores = arguments.stores or Path(folder)
        stores.mkdir(parents=True, exist_ok=True)
        asked = {name: _ask(name, each, stores, arguments.embedder) for name, each in sets.items()}
    _report(asked)


def fit(sets: Sequence[Sequence[Asked]]) -> Floats:
    """The weights that make the answers of all sets likeliest, none of them negative."""
    choices = [*_choices(sets)]
    weights, used = np.array([WEIGHTS[signal] for signal in WEIGHTS]), np.ones(len(WEIGHTS), np.bool_)
    while True:
        weights[used] = _newton(choices, weights[used], used)
        if (weights >= 0).all():
            return weights
        used[weights.argmin()] = False  # one at a time: another may need it less once this one is gone
        weights = np.where(used, weights.clip(min=0), 0.0)


class _Choice(NamedTuple):
    """The signals of the candidates, the mean of the right ones, and how much the question counts."""

    signals: Floats
    right: Floats
    share: float


def _choices(sets: Sequence[Sequence[Asked]]) -> Iterator[_Choice]:
    for questions in sets:
        fitted = [each for each in questions if each.category not in LEFT_OUT and each.answers.any()]
        for each in fitted:
            right = each.signals[each.answers].mean(axis=0)
            yield _Choice(each.signals[~each.spared], right, 1 / (len(fitted) * len(sets)))


def _newton(choices: Sequence[_Choice], start: Floats, used: npt.NDArray[np.bool_]) -> Floats:
    weights, cost = start, _cost(choices, start, used)
    for _ in range(NEWTON_STEPS):
        slope, curve = 2 * RIDGE * weights, 2 * RIDGE * np.eye(len(weights))
        for signals, right, share in choices:
            own = signals[:, used]
            chance = np.exp(_log_chance(own @ weights))
            mean = chance @ own
            slope = slope + share * (mean - right[used])
            curve += share * ((own * chance[:, None]).T @ own - np.outer(mean, mean))
        step = np.linalg.solve(curve, slope)
        while (after := _cost(choices, weights - step, used)) > cost and np.abs(step).max() > STEP_MIN:
            step = step / 2
        if cost - after < COST_GAIN_MIN:
            break
        weights, cost = weights - step, after
    return weights


def _cost(choices: Sequence[_Choice], weights: Floats, used: npt.NDArray[np.bool_]) -> float:
    """How unlikely the answers are, and how large the weights."""
    cost = RIDGE * float(weights @ weights)
    for signals, right, share in choices:
        sums = signals[:, used] @ weights
        most = sums.max()
        cost += share * float(most + np.log(np.exp(sums - most).sum()) - right[used] @ weights)
    return cost


def _log_chance(sums: Floats) -> Floats:
    shifted = sums - sums.max()
    log_chance: Floats = shifted - np.log(np.exp(shifted).sum())
    return log_chance


def found_by(questions: Sequence[Asked], weights: Floats) -> Iterator[tuple[str, Found]]:
    """The category of each question and what its first ten messages hold."""
    for each in questions:
        scores = np.where(each.spared, -np.inf, each.signals @ weights)
        best_first = np.argsort(-scores, kind="stable")
        order = list(dict.fromkeys(each.messages[place] for place in best_first))
        yield each.category, score(order, sorted(each.evidence))


def _ask(name: str, conversations: Sequence[Conversation], stores: Path, embedder: str) -> list[Asked]:
    file = stores / f"{name}-{embedder}.db"
    is_filled = file.exists()
    with Holdfast(file, embedder=embedder) as memory:
        if not is_filled:
            for conversation in track(conversations, description=f"{name}: adding", console=_SIDE):
                _fill(memory, conversation)
        shown = enumerate(track(conversations, description=f"{name}: asking", console=_SIDE))
        return [asked for number, each in shown for asked in _ask_conversation(memory, each, number % PARTS)]


_SIDE = Console(stderr=True)


def _fill(memory: Holdfast, conversation: Conversation) -> None:
    for session in conversation["sessions"]:
        at = {"at": session["at"]} if session.get("at") else {}
        said = [{**each, **at} for each in session["messages"] if each["content"].strip()]
        memory.add(said, user_id=_user(conversation), session_id=session["id"])


def _ask_conversation(memory: Holdfast, conversation: Conversation, part: int) -> Iterator[Asked]:
    scope = Scope.of(user_id=_user(conversation))
    kit, message_of = memory._recall, dict[int, str]()  # noqa: SLF001 (what a search is made of)
    view = memory._view(None, None, None, include_archived=False)  # noqa: SLF001
    for question in conversation["questions"]:
        text = question["text"]
        asked = interpret(text, reference=view.now)
        sought = Sought(text, kit.embedder.embed_query(text), asked)
        gathered = gather(sought, scope, breadth=BREADTH, kit=kit)
        ranking = fuse(gathered.found, gathered.table, asked, now=view.now)
        keys = ranking.keys.tolist()
        unknown = [key for key in keys if key not in message_of]
        for key, each in kit.store.fetch(scope, unknown, view, limit=len(unknown)).items():
            message_of[key] = each.sources[0].message_id or ""
        messages = tuple(message_of[key] for key in keys)
        evidence, also = frozenset(question["evidence"]), frozenset(question.get("also", ()))
        yield Asked(
            part,
            question["category"],
            evidence,
            messages,
            np.stack([ranking.columns[signal][ranking.order] for signal in WEIGHTS], axis=1),
            np.array([each in evidence for each in messages], np.bool_),
            np.array([each in also - evidence for each in messages], np.bool_),
        )


def _report(sets: dict[str, list[Asked]]) -> None:
    weights = fit([*sets.values()])
    table = Table("signal", "fitted", "in use", title="Weights")
    for signal, weight in zip(WEIGHTS, weights, strict=True):
        table.add_row(signal, f"{weight:.2f}", f"{WEIGHTS[signal]:.2f}")
    quality = Table("set", "weights", "category", "questions", "Recall@10", "NDCG@10", title="What they find")
    for name, questions in sets.items():
        others = [each for other, each in sets.items() if other != name]
        held_out: list[tuple[str, Found]] = []
        for part in range(PARTS):
            fitted = fit([[each for each in questions if each.part != part], *others])
            held_out += found_by([each for each in questions if each.part == part], fitted)
        in_use = np.array([WEIGHTS[signal] for signal in WEIGHTS])
        for label, found in (("held out", held_out), ("in use", [*found_by(questions, in_use)])):
            for category, own in _by_category(found):
                row = (fmean(each.recall_10 for each in own), fmean(each.ndcg_10 for each in own))
                quality.add_row(name, label, category, str(len(own)), *(f"{value:.1f}" for value in row))
    Console(width=100).print(table, quality)


def _by_category(found: Sequence[tuple[str, Found]]) -> Iterator[tuple[str, list[Found]]]:
    yield "all but those left out", [each for category, each in found if category not in LEFT_OUT]
    for name in sorted({category for category, _ in found}):
        yield name, [each for category, each in found if category == name]


def _as_conversation(dialogue: Dialogue) -> Conversation:
    sessions: list[list[dict[str, object]]] = [[]]
    for turn in dialogue.turns:
        if turn.is_gap:
            sessions.append([])
            continue
        name = None if turn.speaker in UNNAMED else turn.speaker
        role = "assistant" if turn.speaker == "assistant" else "user"
        sessions[-1].append({"id": str(turn.number), "name": name, "role": role, "content": turn.text})
    return {
        "id": dialogue.id,
        "sessions": [{"id": str(n), "messages": said} for n, said in enumerate(sessions) if said],
        "questions": [
            {
                "text": question.text,
                "category": question.type,
                "evidence": [str(number) for number in question.evidence],
                "also": [str(number) for number in question.also],
            }
            for question in dialogue.questions
        ],
    }


def _user(conversation: Conversation) -> str:
    return str(conversation["id"]).replace("/", "-")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Fits the weights of the signals.")
    parser.add_argument("conversations", type=Path, nargs="+", help="files of conversations and questions")
    parser.add_argument("--dialogues", action="store_true", help="add our own validation dialogues")
    parser.add_argument("--stores", type=Path, help="a folder to keep the filled stores in")
    parser.add_argument("--embedder", default="minilm", help="minilm or static (%(default)s)")
    return parser


if __name__ == "__main__":
    main()
