"""Follows a chained question from fact to fact: "the country of the spouse of the author of …"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.domain.ranking import Signal

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.scope import Scope
    from holdfast.recall.fuse import Ranking
    from holdfast.recall.gather import Sought
    from holdfast.recall.kit import RecallKit

MEANING, ANSWERS, SHARE, NAMES = 12.0, 8.0, 2.0, 4.0
"""What closeness to the question, its words that a fact adds, and the width of the bridge count for, and in a
fact that a chain starts from the names of the question."""

KEPT = 0.5
"""How much of its score a fact hands on to those that it leads to."""

PER_START = 3
"""How many facts each one leads to."""


class _Step(NamedTuple):
    key: int
    score: float


def follow(
    sought: Sought, scope: Scope, ranking: Ranking, *, kit: RecallKit, as_of: datetime | None = None
) -> Ranking:
    """The ranking with the facts of the chain in front: those it starts from, and those they lead to.

    For facts and notes: the turns of a talk are told of by their conversation, and following words through
    them puts worse ones in front (development conversations: 0.9 points of NDCG@10).

    At most ``CHAIN_HOPS_MAX`` steps, each from the ``CHAIN_WIDTH`` best of the last and to facts that share
    rare words with them, judged by how near they are to the question and by what they add of its words.
    """
    outdated = ranking.columns[Signal.OUTDATED][ranking.order]
    front = [
        _Step(int(ranking.keys[rank]), _fit(ranking, rank))
        for rank in np.flatnonzero(outdated > -1)[: limits.CHAIN_WIDTH].tolist()
    ]
    found = dict(front)
    for _ in range(limits.CHAIN_HOPS_MAX):
        front = _next(front, sought, scope, kit, as_of)
        for step in front:
            found[step.key] = max(step.score, found.get(step.key, step.score))
    return _in_front(found, ranking)


def _next(
    front: list[_Step], sought: Sought, scope: Scope, kit: RecallKit, as_of: datetime | None
) -> list[_Step]:
    bridges = kit.words.bridges(
        scope, sought.text, [step.key for step in front], limit=limits.CHAIN_BRIDGES_MAX
    )
    ends = np.unique(np.array([bridge.end for bridge in bridges], np.int64))
    if as_of is not None or not sought.asked.is_of_past:
        table = kit.turns.describe(scope, ends, as_of=as_of)
        ends = table.keys[(table.outdated < 1) | sought.asked.is_of_past]
        bridges = [bridge for bridge in bridges if bridge.end in ends]
    closeness = kit.vectors.search(scope, sought.vector, limit=1, also=ends)[Signal.MEANING].by_key
    score_of = dict(front)
    steps: dict[int, list[_Step]] = {}
    for bridge in bridges:
        near = MEANING * closeness.get(bridge.end, 0.0) + ANSWERS * bridge.answers + SHARE * bridge.share
        steps.setdefault(bridge.start, []).append(_Step(bridge.end, KEPT * score_of[bridge.start] + near))
    best: dict[int, float] = {}
    for reached in steps.values():
        for step in sorted(reached, key=lambda each: -each.score)[:PER_START]:
            best[step.key] = max(step.score, best.get(step.key, step.score))
    ordered = sorted(best.items(), key=lambda each: -each[1])
    return [_Step(*each) for each in ordered[: limits.CHAIN_WIDTH]]


def _fit(ranking: Ranking, rank: int) -> float:
    place = ranking.order[rank]
    meaning, words, names = (
        ranking.columns[signal][place] for signal in (Signal.MEANING, Signal.WORDS, Signal.NAMES)
    )
    return float(MEANING * meaning + ANSWERS * words + NAMES * names)


def _in_front(found: dict[int, float], ranking: Ranking) -> Ranking:
    """The facts of the chain by their scores, then the others; scores keep falling from the best one's."""
    chain = sorted(found, key=lambda key: -found[key])
    others = ~np.isin(ranking.keys, chain)
    top = float(ranking.scores[0]) if len(ranking) else 0.0
    most = max(found.values(), default=1.0) or 1.0
    scores = np.array([top * max(0.0, found[key]) / most for key in chain])
    least = float(scores.min()) if len(scores) else 1.0
    return ranking.reordered(
        np.concatenate([np.array(chain, np.int64), ranking.keys[others]]),
        np.concatenate([scores, np.minimum(ranking.scores[others], least)]),
    )
