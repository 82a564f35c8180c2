"""What finds a memory and how much it counts, and the hits that come of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from holdfast.domain.reinforcement import FEEDBACK_REACH
from holdfast.domain.rendering import ContextFormat
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from holdfast.domain.memory import Memory

    Keys: TypeAlias = npt.NDArray[np.int64]
    Floats: TypeAlias = npt.NDArray[np.floating]


class Signal(StrEnum):
    """One source of rank. A window is a message with the two before it in its conversation."""

    MEANING = "meaning"
    MEANING_WINDOW = "meaning_window"
    WORDS = "words"
    WORDS_WINDOW = "words_window"
    NAMES = "names"
    REPLY = "reply"
    CONVERSATION = "conversation"
    SPEAKER = "speaker"
    DATE = "date"
    SAYS_WHEN = "says_when"
    INSTRUCTION = "instruction"
    PREFERENCE = "preference"
    PERSON = "person"
    FIRST_PERSON = "first_person"
    STATEMENT = "statement"
    LENGTH = "length"
    GRAPH = "graph"
    FEEDBACK = "feedback"
    IMPORTANCE = "importance"
    TRUST = "trust"
    RECENCY = "recency"
    OUTDATED = "outdated"


WEIGHTS: Mapping[Signal, float] = {
    Signal.MEANING: 5.0,
    Signal.MEANING_WINDOW: 6.0,
    Signal.WORDS: 0.5,
    Signal.WORDS_WINDOW: 2.8,
    Signal.REPLY: 1.8,
    Signal.CONVERSATION: 3.5,
    Signal.SPEAKER: 1.5,
    Signal.DATE: 2.6,
    Signal.SAYS_WHEN: 0.9,
    Signal.INSTRUCTION: 2.7,
    Signal.PREFERENCE: 1.9,
    Signal.PERSON: 2.8,
    Signal.FIRST_PERSON: 0.4,
    Signal.STATEMENT: 0.8,
    Signal.LENGTH: 1.0,
    Signal.NAMES: 4.0,
}
"""What each signal, from 0 to 1, counts for: the logarithm of the odds that a memory answers. Names, which
count among facts and notes alone, were chosen on development facts. All others were fitted by
``benchmarks.quality.weights`` on development conversations, once with long dialogues of our own and once with
those that no encoder was trained on; these are round numbers between the two."""

TOTAL_WEIGHT = sum(WEIGHTS.values())

TERM_REACH = 0.02
"""The most that importance, trust or recency can lift a memory past another that fits better, as a share of
the greatest score."""

OUTDATED_REACH = 0.3
"""What a message loses, as a share of the greatest score, when all that it says has been replaced or taken
back: enough to stand behind what is true now. A question about the past takes nothing away."""

TERM_WEIGHTS: Mapping[Signal, float] = {
    Signal.FEEDBACK: FEEDBACK_REACH / 2 * TOTAL_WEIGHT,
    Signal.IMPORTANCE: TERM_REACH / 2 * TOTAL_WEIGHT,
    Signal.TRUST: TERM_REACH * TOTAL_WEIGHT,
    Signal.RECENCY: TERM_REACH * TOTAL_WEIGHT,
    Signal.OUTDATED: OUTDATED_REACH * TOTAL_WEIGHT,
}
"""What the terms count for that come on top of the signals, which say how well a memory fits: feedback and
importance from -1 to 1, where 0 is neither; trust from -1, for what is not trusted at all, to 0; recency from
0 to 1; outdated from -1 to 0. They are not fitted, and all but the last are small enough to cost next to
nothing where they say nothing."""


class Fusion(StrEnum):
    """How signals are joined: by a weighted sum of all, or by the ranks in the lists of those that fit."""

    SUM = "sum"
    RRF = "rrf"


RANK_WEIGHTS: Mapping[Signal, float] = {
    Signal.MEANING: 1.0,
    Signal.MEANING_WINDOW: 1.5,
    Signal.WORDS: 1.0,
    Signal.WORDS_WINDOW: 1.5,
}
"""What a place in each list counts for when ranks are joined."""

RANK_OFFSET = 60
"""Keeps the first places from deciding alone. Source: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion
outperforms Condorcet and Individual Rank Learning Methods, 2009."""


def read_fusion(value: object) -> Fusion:
    """A way of joining signals.

    Raises:
        InvalidInput: ``invalid_fusion``.
    """
    try:
        return Fusion(str(value))
    except ValueError as error:
        ways = " or ".join(Fusion)
        raise InvalidInput(
            f"{value!r} is no way to join signals: give {ways}", code="invalid_fusion"
        ) from error


FOREIGN_MEANING = 0.02
"""What closeness in meaning counts for in scripts that the encoders have hardly seen: there words lead."""

FEW = 50
"""A scope of so many memories knows half of what a large one knows about how rare a word is: among a handful
of facts nearly every word is rare, and one in common may be chance. There meaning leads."""

FITTING = (Signal.MEANING, Signal.MEANING_WINDOW, Signal.WORDS, Signal.WORDS_WINDOW)
"""The signals that say how well a memory fits the question by itself, and that others are built on."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal gave to a hit: its own score, the same from 0 to 1, and the weight of the signal.

    Feedback, importance and trust may lie below 0, down to -1.
    """

    signal: Signal
    raw: float
    normalised: float
    weight: float
    rank: int | None

    @property
    def contribution(self) -> float:
        """The part of the hit's score that is owed to this signal."""
        return self.normalised * self.weight / TOTAL_WEIGHT


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory in an answer: its score, from 0 to 1 and a little more or less for what is not its fit.

    With ``explain`` it has the parts of the score. ``also`` holds the ids of memories that say the same and
    were collapsed into it; ``memory.sources`` has the sources of all of them, its own first.
    """

    memory: Memory
    score: float
    parts: tuple[Part, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of a search, best first. Iterates over them."""

    query: str
    hits: tuple[Hit, ...]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: int) -> Hit:
        return self.hits[index]


@dataclass(frozen=True, slots=True)
class Context:
    """A block for a prompt in one of the formats, the memories in it, and the tokens that it takes."""

    text: str
    memories: tuple[Memory, ...]
    tokens: int
    format: ContextFormat = ContextFormat.TEXT

    def __str__(self) -> str:
        return self.text

    @property
    def message(self) -> dict[str, str] | None:
        """The block as a message for a chat list; None when it holds nothing.

        Its role is ``user``: every chat list has that one, and a system message would lend what was said the
        highest authority of a prompt.

        Example:
            >>> Context("Ana: I like tea", (), 6).message
            {'role': 'user', 'content': 'Ana: I like tea'}
        """
        if not self.text:
            return None
        if self.format is ContextFormat.MESSAGE:
            message: dict[str, str] = json.loads(self.text)
            return message
        return {"role": "user", "content": self.text}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One signal's scores of some memories, and the ceiling: the score that counts as 1, as 0 counts as 0.

    ``keys``, each once, and ``values`` have the shape (memories,).
    """

    keys: Keys
    values: Floats
    ceiling: float

    @property
    def by_key(self) -> dict[int, float]:
        """The score of each memory."""
        return dict(zip(self.keys.tolist(), self.values.tolist(), strict=True))
