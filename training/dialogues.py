"""The training data: dialogues, their questions, and a split that is the same on every run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.domain.memory import indexed_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DATA = Path(__file__).parent / "data"

GAP = "--"
"""The speaker of a turn that only marks that time went by."""

UNNAMED = frozenset({"user", "assistant", "note"})
"""Roles, not names: such a turn is indexed without a speaker, as the engine does it."""

PROBE = "probe_"
"""How the names of files begin that lie beside the dialogues and are only ever measured on."""

VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a dialogue, numbered from 1."""

    number: int
    speaker: str
    text: str

    @property
    def is_gap(self) -> bool:
        """Whether it is a mark in time, which is never indexed."""
        return self.speaker == GAP

    @property
    def indexed(self) -> str:
        """What the index sees of it."""
        return indexed_text(None if self.speaker in UNNAMED else self.speaker, self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the turns that answer it, and turns that repeat the answer."""

    text: str
    type: str
    evidence: tuple[int, ...]
    also: tuple[int, ...]

    @property
    def answers(self) -> frozenset[int]:
        """Every turn that may not be called a wrong answer."""
        return frozenset(self.evidence + self.also)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation, or a list of notes, with its questions."""

    id: str
    kind: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]

    def turn(self, number: int) -> Turn:
        """The turn with that number."""
        return self.turns[number - 1]

    @property
    def said(self) -> tuple[Turn, ...]:
        """The turns that are indexed."""
        return tuple(turn for turn in self.turns if not turn.is_gap)

    def before(self, number: int) -> tuple[int, ...]:
        """The one or two turns that the window of a turn takes in, nearest first.

        A gap begins another session, and separate notes stand in no order: both end a window.
        """
        found: list[int] = []
        for earlier in range(number - 1, max(0, number - 3), -1):
            if self.turn(earlier).is_gap or self.kind == "notes":
                break
            found.append(earlier)
        return tuple(found)


def dialogue_files(folder: Path = DATA) -> list[Path]:
    """The files of a folder that hold dialogues, by name."""
    return sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith(PROBE))


def load_dialogues(folder: Path = DATA) -> list[Dialogue]:
    """All dialogues of a folder, by file and line."""
    return [
        read_dialogue(json.loads(line))
        for path in dialogue_files(folder)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def read_dialogue(fields: Mapping[str, object]) -> Dialogue:
    """A dialogue from the fields of its line."""
    turns, questions = fields["turns"], fields["questions"]
    if not isinstance(turns, list) or not isinstance(questions, list):
        raise TypeError(f"{fields['id']}: turns and questions are lists")
    return Dialogue(
        id=str(fields["id"]),
        kind=str(fields["kind"]),
        turns=tuple(Turn(turn["i"], turn["speaker"], turn["text"]) for turn in turns),
        questions=tuple(
            Question(each["q"], each["type"], tuple(each["evidence"]), tuple(each.get("also", ())))
            for each in questions
        ),
    )


def split(dialogues: Sequence[Dialogue]) -> tuple[list[Dialogue], list[Dialogue]]:
    """The dialogues to train on, and those to validate on: a tenth of each kind, by the hash of the id.

    A dialogue that is added later moves few others from one side to the other.
    """
    chosen = {
        dialogue.id
        for kind in {dialogue.kind for dialogue in dialogues}
        for dialogue in _first_by_hash([each for each in dialogues if each.kind == kind])
    }
    training = [dialogue for dialogue in dialogues if dialogue.id not in chosen]
    return training, [dialogue for dialogue in dialogues if dialogue.id in chosen]


def _first_by_hash(dialogues: Sequence[Dialogue]) -> Iterable[Dialogue]:
    count = round(len(dialogues) * VALIDATION_SHARE)
    return sorted(dialogues, key=lambda dialogue: hashlib.sha256(dialogue.id.encode()).digest())[:count]
