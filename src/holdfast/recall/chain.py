"""Follows a chained question from fact to fact: "the country of the spouse of the author of …"."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.recall.naming import names_in
from holdfast.recall.paths import Facts, Path, fits, nothing_yet, stepped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View
    from holdfast.ports import Bridge
    from holdfast.recall.fuse import Ranking
    from holdfast.recall.gather import Sought
    from holdfast.recall.kit import RecallKit


class _Step(NamedTuple):
    """A fact that a path may go on with, the entity that leads to it, and what it states."""

    key: int
    entity: str | None
    attribute: str | None = None


class _Search(NamedTuple):
    """What is followed, where, and what may be seen there."""

    sought: Sought
    scope: Scope
    view: View
    kit: RecallKit


def follow(sought: Sought, scope: Scope, view: View, ranking: Ranking, *, kit: RecallKit) -> Ranking:
    """The ranking with the facts of the best paths, the end of each before what led to it.

    They stand in front where the question is a chain and an entity links them, and behind the first
    ``CHAIN_DIRECT_HITS`` where it may be a simple one.

    For facts and notes: the turns of a talk are told of by their conversation, and following words through
    them puts worse ones in front (development conversations: 0.9 points of NDCG@10).

    A path begins with a fact that bears a name of the question or, if there is none, that was found best. It
    goes on over the entities that facts share, and over rare words from notes that state no fact. At most
    ``CHAIN_HOPS_MAX`` steps, each from the ``CHAIN_WIDTH`` paths that cover most of the question.
    """
    search = _Search(sought, scope, view, kit)
    found = front = _begun(search, ranking)
    for _ in range(limits.CHAIN_HOPS_MAX):
        if not front:
            break
        front = _gone_on(search, front)
        found = [*found, *front]
    is_sure = sought.asked.is_chained and any(path.entity is not None for path in found)
    direct = 0 if is_sure else limits.CHAIN_DIRECT_HITS
    return _joined(sorted(found, key=lambda path: -path.fit), ranking, direct=direct)


def _begun(search: _Search, ranking: Ranking) -> list[Path]:
    """The paths of one fact."""
    named = _named(search)
    steps = [_Step(key, name) for name, keys in named.items() for key in keys]
    if not steps:
        steps = [_Step(key, None) for key in ranking.current[: limits.CHAIN_WIDTH].tolist()]
    facts = _facts(search, (step.key for step in steps))
    start = nothing_yet(search.sought.vector, facts.holding.holds.shape[1])
    return _best(_extended(start, steps, facts))


def _named(search: _Search) -> dict[str, Sequence[int]]:
    """The facts that bear the longest names in the question."""
    every = names_in(search.sought.text)
    known = search.kit.graph.naming(search.scope, every.spelled, search.view, limit=limits.GRAPH_FANOUT_MAX)
    return {name: known[name] for name in every.longest(known)}


def _gone_on(search: _Search, front: Sequence[Path]) -> list[Path]:
    """The best of the paths that are one step longer."""
    starts = list(dict.fromkeys(path.facts[-1] for path in front))
    steps: dict[int, list[_Step]] = {}
    for link in search.kit.graph.neighbours(
        search.scope, starts, search.view,
        hops=1, fanout=limits.GRAPH_FANOUT_MAX, limit=limits.GRAPH_LINKS_MAX,
    ):  # fmt: skip
        steps.setdefault(link.start, []).append(_Step(link.end, link.entity, link.attribute))
    for bridge in _bridges(search, [start for start in starts if start not in steps]):
        steps.setdefault(bridge.start, []).append(_Step(bridge.end, None))
    facts = _facts(search, (step.key for reached in steps.values() for step in reached))
    return _best(longer for path in front for longer in _extended(path, steps.get(path.facts[-1], ()), facts))


def _bridges(search: _Search, starts: Sequence[int]) -> Sequence[Bridge]:
    """The bridges to what has not ceased to be true, unless the question is about the past."""
    if not starts:
        return ()
    scope, text = search.scope, search.sought.text
    bridges = search.kit.words.bridges(scope, text, starts, limit=limits.CHAIN_BRIDGES_MAX)
    is_of_past, as_of = search.sought.asked.is_of_past, search.view.as_of
    if is_of_past and as_of is None:
        return bridges
    ends = np.unique([bridge.end for bridge in bridges]).astype(np.int64)
    table = search.kit.turns.describe(scope, ends, as_of=as_of)
    current = set(table.keys[(table.outdated < 1) | is_of_past].tolist())
    return [bridge for bridge in bridges if bridge.end in current]


def _extended(path: Path, steps: Iterable[_Step], facts: Facts) -> Iterator[Path]:
    """The path with each of the ``CHAIN_WIDTH`` best steps to what is new to it, few of them alike."""
    known = set(facts.keys.tolist())
    new = [
        step
        for step in steps
        if step.key in known and step.key not in path.facts
        and (step.entity is None or step.entity not in path.passed)
    ]  # fmt: skip
    if not new:
        return
    own = fits(path, facts, facts.places([step.key for step in new]))
    best_first = (int(place) for place in np.argsort(-own, kind="stable"))
    for place in islice(_unlike(best_first, new), limits.CHAIN_WIDTH):
        step = new[place]
        yield stepped(path, facts, step.key, entity=step.entity, fit=float(own[place]))


def _unlike(places: Iterable[int], steps: Sequence[_Step]) -> Iterator[int]:
    """The places of the steps, at most ``CHAIN_ALIKE_MAX`` of those that state the same of one entity."""
    taken: Counter[_Step] = Counter()
    for place in places:
        alike = steps[place]._replace(key=0)
        taken[alike] += 1
        if alike.attribute is None or taken[alike] <= limits.CHAIN_ALIKE_MAX:
            yield place


def _facts(search: _Search, keys: Iterable[int]) -> Facts:
    wanted = np.unique(np.fromiter(keys, np.int64))
    own, vectors = search.kit.vectors.of(search.scope, wanted)
    return Facts(own, vectors, search.kit.words.holding(search.scope, search.sought.text, own))


def _best(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: -path.fit)[: limits.CHAIN_WIDTH]


def _joined(paths: Sequence[Path], ranking: Ranking, *, direct: int) -> Ranking:
    """The first ``direct`` hits, the facts of the paths, then the others; scores keep falling."""
    before = ranking.current[:direct]
    led: dict[int, float] = {}
    for path in paths:
        for key in reversed(path.facts):
            led.setdefault(key, path.fit)
    chain = [key for key in led if key not in before][: limits.CHAIN_SHOWN_MAX]
    ahead = np.isin(ranking.keys, before)
    behind = ~ahead & ~np.isin(ranking.keys, chain)
    top = float(ranking.scores[ahead].min() if len(before) else ranking.scores.max(initial=0.0))
    most = max((led[key] for key in chain), default=1.0) or 1.0
    scores = np.array([top * max(0.0, led[key]) / most for key in chain])
    least = float(scores.min(initial=top))
    return ranking.reordered(
        np.concatenate([before, np.array(chain, np.int64), ranking.keys[behind]]),
        np.concatenate([ranking.scores[ahead], scores, np.minimum(ranking.scores[behind], least)]),
        {key: led[key] for key in chain},
    )
