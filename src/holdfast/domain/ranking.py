"""How signals are joined into one score, and the hits that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory


class Signal(StrEnum):
    """One source of rank. A window is a message with the two before it in its conversation."""

    MEANING = "meaning"
    MEANING_WINDOW = "meaning_window"
    WORDS = "words"
    WORDS_WINDOW = "words_window"


WEIGHTS: Mapping[Signal, float] = {
    Signal.MEANING: 0.5,
    Signal.MEANING_WINDOW: 0.7,
    Signal.WORDS: 1.5,
    Signal.WORDS_WINDOW: 1.5,
}
"""What each normalised signal counts for. A coarse table: four round numbers that did well on the
development conversations, none of them sharp."""

TOTAL_WEIGHT = sum(WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal gave to a hit: its own score, the same from 0 to 1, and the weight of the signal."""

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
    """A memory in an answer: its score, from 0 up, and with ``explain`` the parts of the score."""

    memory: Memory
    score: float
    parts: tuple[Part, ...] = ()


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
    """A block of text for a prompt, the memories that it holds, and the tokens that it takes."""

    text: str
    memories: tuple[Memory, ...]
    tokens: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Scores:
    """One signal's scores by memory key, and the scores that count as 0 and as 1."""

    by_key: Mapping[int, float]
    floor: float
    ceiling: float

    def normalised(self, key: int) -> float:
        """The score from 0 to 1; 0 for a memory that the signal does not know."""
        raw = self.by_key.get(key)
        return 0.0 if raw is None else self.scaled(raw)

    def scaled(self, raw: float) -> float:
        """A score from 0 to 1; 1 when all of the scope have the same."""
        if self.ceiling <= self.floor:
            return 1.0
        return min(1.0, max(0.0, (raw - self.floor) / (self.ceiling - self.floor)))

    def all_scaled(self) -> Iterator[tuple[int, float]]:
        """Every key with its score from 0 to 1.

        The same as ``scaled`` for each, without a call for each: there are about 800 in a search.
        """
        floor, span = self.floor, self.ceiling - self.floor
        if span <= 0:
            yield from ((key, 1.0) for key in self.by_key)
            return
        for key, raw in self.by_key.items():
            share = (raw - floor) / span
            yield key, 0.0 if share < 0.0 else 1.0 if share > 1.0 else share  # noqa: FURB136 (min() is a call)


def fuse(signals: Mapping[Signal, Scores]) -> dict[int, float]:
    """The weighted sum of the normalised signals for every memory that any of them knows, from 0 to 1.

    Vector scores are normalised between the worst and the best of the scope. Lexical scores are divided
    by the most that the query could score, because min-max would make a 1.0 of the best of a bad list.
    """
    fused: dict[int, float] = {}
    for signal, scores in signals.items():
        share = WEIGHTS[signal] / TOTAL_WEIGHT
        for key, scaled in scores.all_scaled():
            fused[key] = fused.get(key, 0.0) + share * scaled
    return fused


def rank(fused: Mapping[int, float]) -> list[int]:
    """The keys, best first; of equals the newer one."""
    return sorted(fused, key=lambda key: (-fused[key], -key))


def parts_of(key: int, signals: Mapping[Signal, Scores]) -> tuple[Part, ...]:
    """What each signal gave to one memory, in the order of the signals."""
    return tuple(
        Part(
            signal,
            scores.by_key.get(key, 0.0),
            scores.normalised(key),
            WEIGHTS[signal],
            _rank_of(key, scores),
        )
        for signal, scores in signals.items()
    )


def _rank_of(key: int, scores: Scores) -> int | None:
    own = scores.by_key.get(key)
    if own is None:
        return None
    return 1 + sum(1 for score in scores.by_key.values() if score > own)
