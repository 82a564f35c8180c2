"""Checks the training data.

::

    python -m training.check_data                 what is broken; exit status 1 if anything is
    python -m training.check_data --suspicious    what to read by eye: takes a minute, embeds every turn
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.dialogues import DATA, GAP, dialogue_files, load_dialogues
from training.lexical import stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.ports import Vectors
    from training.dialogues import Dialogue, Question
    from training.metrics import Embed

TYPES = frozenset({
    "change", "how", "howmany", "implicit", "instruction", "join", "keyword", "preference", "what", "when",
    "where", "who", "why", "yesno",
})  # fmt: skip

DIALOGUE_FIELDS = {"id", "kind", "start", "turns", "questions"}
TURN_FIELDS = {"i", "speaker", "text"}
QUESTION_FIELDS = {"q", "evidence", "type"}

FAR = 0.3
"""How much nearer another turn must be than the evidence to be worth reading."""

ECHO = 0.55
"""How near to the evidence a turn is that may repeat it."""

COMMON_STEMS = 200
"""The stems that most turns hold say nothing about what a turn is about."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A question to read, and why; ``other`` is the turn that looks better or says the same."""

    reason: str
    dialogue: Dialogue
    question: Question
    other: int
    gap: float


def main() -> int:
    """Prints what is wrong, or what to read."""
    parser = argparse.ArgumentParser(description="Checks the training data.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--suspicious", action="store_true", help="list what to read by eye")
    arguments = parser.parse_args()
    faults = list(find_faults(arguments.data))
    for fault in faults:
        print(fault)
    if arguments.suspicious and not faults:
        for suspicion in find_suspicions(load_dialogues(arguments.data), _shipped_embedder()):
            print(described(suspicion))
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def find_faults(folder: Path) -> Iterator[str]:
    """What must not be there, one sentence each."""
    ids: Counter[str] = Counter()
    for path in dialogue_files(folder):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            fields = json.loads(line)
            ids[fields.get("id")] += 1
            name = fields.get("id") or f"{path.name}:{number}"
            yield from (f"{name}: {fault}" for fault in _faults_of(fields, kind=kind_of(path)))
    yield from (f"{name}: its id is there {count} times" for name, count in ids.items() if count > 1)


def kind_of(path: Path) -> str:
    """The kind of the dialogues in a file: ``long-people-2.jsonl`` goes on with ``long-people``."""
    return re.sub(r"-\d+$", "", path.stem)


def find_suspicions(dialogues: Sequence[Dialogue], embed: Embed) -> list[Suspicion]:
    """Questions whose evidence may be wrong, and turns that may repeat the answer: the worst first."""
    common = _common_stems(dialogues)
    found: list[Suspicion] = []
    for dialogue in dialogues:
        turns = embed([turn.indexed for turn in dialogue.said])
        questions = embed([question.text for question in dialogue.questions])
        for question, closeness in zip(dialogue.questions, questions @ turns.T, strict=True):
            found.extend(_far_evidence(dialogue, question, closeness, common))
            found.extend(_echoes(dialogue, question, closeness, turns))
    return sorted(found, key=lambda each: -each.gap)


def described(suspicion: Suspicion) -> str:
    """The question with the turns to compare, on a few lines."""
    dialogue, question = suspicion.dialogue, suspicion.question
    lines = [f"{dialogue.id} {question.type}, {suspicion.reason} ({suspicion.gap:.2f}): {question.text}"]
    for label, numbers in (("evidence", question.evidence), ("other", (suspicion.other,))):
        lines.extend(f"  {label} {number}: {dialogue.turn(number).indexed}" for number in numbers)
    return "\n".join(lines)


def _faults_of(fields: dict[str, object], *, kind: str) -> Iterator[str]:
    if set(fields) != DIALOGUE_FIELDS:
        yield f"its fields are {sorted(fields)}"
        return
    if fields["kind"] != kind:
        yield f"its kind is {fields['kind']}"
    turns, questions = fields["turns"], fields["questions"]
    if not isinstance(turns, list) or not isinstance(questions, list) or not turns or not questions:
        yield "it has no turns or no questions"
        return
    yield from _turn_faults(turns)
    spoken = {turn["i"]: turn["text"] for turn in turns if turn["speaker"] != GAP}
    for question in questions:
        yield from _question_faults(question, spoken)
    asked = Counter(question["q"].casefold() for question in questions)
    yield from (f"it asks {text!r} {count} times" for text, count in asked.items() if count > 1)


def _turn_faults(turns: Sequence[dict[str, object]]) -> Iterator[str]:
    if [turn.get("i") for turn in turns] != list(range(1, len(turns) + 1)):
        yield "its turns are not numbered from 1"
    for turn in turns:
        if set(turn) != TURN_FIELDS:
            yield f"turn {turn.get('i')} has the fields {sorted(turn)}"
        elif not _is_trimmed(turn["text"]) or not _is_trimmed(turn["speaker"]):
            yield f"turn {turn['i']} has an empty text or speaker, or space around it"


def _question_faults(question: dict[str, object], spoken: dict[object, str]) -> Iterator[str]:
    name = repr(question.get("q"))
    if set(question) - {"also"} != QUESTION_FIELDS or not _is_trimmed(question["q"]):
        yield f"{name}: wrong fields or an empty question"
        return
    if question["type"] not in TYPES:
        yield f"{name}: unknown type {question['type']}"
    evidence, also = question["evidence"], question.get("also", [])
    if not isinstance(evidence, list) or not isinstance(also, list) or not evidence:
        yield f"{name}: no list of evidence"
        return
    answers = [*evidence, *also]
    if len(set(answers)) < len(answers):
        yield f"{name}: one turn is named twice"
    for number in answers:
        if number not in spoken:
            yield f"{name}: turn {number} is not there, or is a gap"
        elif spoken[number].casefold() == str(question["q"]).casefold():
            yield f"{name}: turn {number} is the question itself"


def _is_trimmed(text: object) -> bool:
    return isinstance(text, str) and bool(text) and text == text.strip()


def _far_evidence(
    dialogue: Dialogue, question: Question, closeness: Vectors, common: frozenset[str]
) -> Iterator[Suspicion]:
    """No word in common with the evidence, and another turn is much nearer."""
    asked = set(stems(question.text)) - common
    if any(asked & set(stems(dialogue.turn(number).indexed)) for number in question.evidence):
        return
    row_of = {turn.number: row for row, turn in enumerate(dialogue.said)}
    nearest = dialogue.said[int(np.argmax(closeness))].number
    gap = float(closeness[row_of[nearest]] - max(closeness[row_of[number]] for number in question.evidence))
    if gap > FAR:
        yield Suspicion("far from its evidence", dialogue, question, nearest, gap)


def _echoes(
    dialogue: Dialogue, question: Question, closeness: Vectors, turns: Vectors
) -> Iterator[Suspicion]:
    """The turn after an evidence turn that is as near to the question, and near to the evidence."""
    row_of = {turn.number: row for row, turn in enumerate(dialogue.said)}
    for number in question.evidence:
        after = number + 1
        if after not in row_of or after in question.answers:
            continue
        row, echo = row_of[number], row_of[after]
        if turns[row] @ turns[echo] >= ECHO and closeness[echo] >= closeness[row] - 0.05:
            yield Suspicion("answered again", dialogue, question, after, float(turns[row] @ turns[echo]))


def _common_stems(dialogues: Sequence[Dialogue]) -> frozenset[str]:
    holding = Counter(
        stem for dialogue in dialogues for turn in dialogue.said for stem in set(stems(turn.text))
    )
    return frozenset(stem for stem, _ in holding.most_common(COMMON_STEMS))


def _shipped_embedder() -> Embed:
    from holdfast.adapters.minilm.embedder import MiniLmEmbedder  # noqa: PLC0415 (only when asked)

    return MiniLmEmbedder().embed_documents


if __name__ == "__main__":
    sys.exit(main())
