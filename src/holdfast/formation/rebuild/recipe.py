"""The recipe of ``rebuild``: read anew, compare and, on demand, switch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.extractor import RULES
from holdfast.domain.rebuilding import RebuildKind, Rebuilt
from holdfast.errors import Conflict
from holdfast.formation.rebuild.comparing import compare_anew, differences_of
from holdfast.formation.rebuild.reading import read_anew
from holdfast.formation.rebuild.switching import Overtaken, switch
from holdfast.ports import Usage

if TYPE_CHECKING:
    from holdfast.domain.spending import ModelSpent
    from holdfast.formation.rebuild.comparing import Comparison
    from holdfast.formation.rebuild.kit import RebuildKit
    from holdfast.formation.rebuild.reading import WasRead


def rebuild(kit: RebuildKit, *, switches: bool) -> Rebuilt:
    """Derive the facts anew, say what would change and, if it ``switches``, change it.

    Raises:
        LimitExceeded: ``too_many_episodes``, or ``model_budget_spent``; what was read is kept.
        BackendError: as the model raises it; likewise.
        Conflict: ``rebuild_running``, or ``too_many_conflicts``; what was switched stays.
    """
    read = read_anew(kit)
    comparison = compare_anew(read, kit)
    found = _found(read, comparison, kit)
    if not switches:
        return found
    done: Counter[RebuildKind] = Counter()
    change_ids: list[str] = []
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        try:
            for change_id, steps in switch(comparison, extractor=found.extractor, kit=kit):
                done.update(step.kind for step in steps)
                change_ids += [] if change_id is None else [change_id]
        except Overtaken:
            read = read_anew(kit)
            comparison = compare_anew(read, kit)
        else:
            return _switched(found, done, change_ids, comparison)
    raise Conflict(
        "others kept changing the same facts: what was switched stays, and the same call goes on",
        code="too_many_conflicts",
    )


def _found(read: WasRead, comparison: Comparison, kit: RebuildKit) -> Rebuilt:
    model = kit.learning.model
    spending = kit.shadow.store.stats().spending
    return Rebuilt(
        extractor=RULES if model is None else str(model.identity),
        episodes=read.episodes,
        messages=read.messages,
        added=comparison.count(RebuildKind.ADDED),
        closed=comparison.count(RebuildKind.CLOSED),
        changed=comparison.count(RebuildKind.CHANGED),
        dropped=comparison.count(RebuildKind.DROPPED),
        kept=comparison.kept,
        by_hand=len(comparison.by_hand),
        differences=differences_of(comparison, kit),
        usage=Usage(
            sum(spent.input_tokens for spent in spending), sum(spent.output_tokens for spent in spending)
        ),
        cost_usd=_cost(spending),
    )


def _switched(
    found: Rebuilt, done: Counter[RebuildKind], change_ids: Iterable[str], comparison: Comparison
) -> Rebuilt:
    return replace(
        found,
        added=done[RebuildKind.ADDED],
        closed=done[RebuildKind.CLOSED],
        changed=done[RebuildKind.CHANGED],
        dropped=done[RebuildKind.DROPPED],
        kept=comparison.kept,
        switched=True,
        change_ids=tuple(change_ids),
    )


def _cost(spending: Iterable[ModelSpent]) -> float | None:
    spent = tuple(spending)
    if any(each.unpriced_calls for each in spent):
        return None
    return sum(each.cost_usd for each in spent)
