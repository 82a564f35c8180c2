"""Why a search does not return a memory: one reason, or how far behind the last hit it lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import Part, Signal


class Reason(StrEnum):
    """What keeps a memory out of the hits; the first that holds, in the order in which a search looks."""

    OUTSIDE_SCOPE = "outside_scope"
    DELETED = "deleted"
    EXPIRED = "expired"
    NOT_KNOWN_THEN = "not_known_then"
    ARCHIVED = "archived"
    NOT_VALID_THEN = "not_valid_then"
    FILTERED = "filtered"
    NOT_A_CANDIDATE = "not_a_candidate"
    COLLAPSED = "collapsed"
    HELD_BACK = "held_back"
    OUTRANKED = "outranked"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Lack:
    """What one signal gives to the memory, and what it gives to the last hit."""

    own: Part
    of_last: Part

    @property
    def signal(self) -> Signal:
        """The signal."""
        return self.own.signal

    @property
    def difference(self) -> float:
        """By how much the signal puts the last hit in front; below 0 where the memory is in front."""
        return self.of_last.contribution - self.own.contribution


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a search does not return a memory, or at which rank it does.

    Attributes:
        query: what was searched for.
        memory_id: the memory in question.
        reason: a stable code.
        sentence: the same for a person.
        memory: the memory, where the scope may read it: not a foreign, deleted or expired one.
        unmet: the conditions of the filter that it does not meet.
        rank: its place among all that the search may show; None when it was not ranked.
        score: its score, the same as in the search.
        last_score: the score of the last hit.
        lacks: the signals, those first by which it falls behind the last hit the most.
        nearest_rank: its best rank by one of the signals that find, when none of them brought it in.
        needed_rank: the rank that would have brought it in.
    """

    query: str
    memory_id: str
    reason: Reason
    sentence: str
    memory: Memory | None = None
    unmet: tuple[str, ...] = ()
    rank: int | None = None
    score: float | None = None
    last_score: float | None = None
    lacks: tuple[Lack, ...] = ()
    nearest_rank: int | None = None
    needed_rank: int | None = None


def lacks_of(own: tuple[Part, ...], of_last: tuple[Part, ...]) -> tuple[Lack, ...]:
    """The signals of two hits side by side, the greatest lack first."""
    theirs = {part.signal: part for part in of_last}
    sides = (Lack(part, theirs[part.signal]) for part in own)
    return tuple(sorted(sides, key=lambda lack: -lack.difference))
