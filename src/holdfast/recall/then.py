"""Gathers candidates of an earlier instant: the indexes know the words of now, the store those of then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast import limits
from holdfast.domain.memory import indexed_text
from holdfast.domain.ranking import Scores, Signal
from holdfast.ports import Said
from holdfast.recall.gather import Gathered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import Keys
    from holdfast.domain.scope import Scope
    from holdfast.recall.gather import Sought
    from holdfast.recall.kit import RecallKit

Found = dict[Signal, Scores]


def gather_then(
    sought: Sought, scope: Scope, found: Gathered, as_of: datetime, *, kit: RecallKit
) -> Gathered:
    """What was found, as of then: without what was not known, and with the scores of the words of then.

    The memories whose words were changed since are candidates all of them, whatever they say now.
    """
    then = kit.store.reworded(scope, as_of, limit=limits.REWORDED_READ_MAX)
    keys = np.union1d(found.table.keys, np.array([*then], np.int64))
    table = kit.turns.describe(scope, keys, as_of=as_of)
    if not then:
        return found._replace(table=table)
    said = {key: Said(memory.spoken_by, memory.text) for key, memory in then.items()}
    scores = {**kit.words.score(scope, sought.text, said)}
    scores |= _meaning(sought, _to_embed(then, scores[Signal.WORDS]), kit)
    reworded = np.array([*then], np.int64)
    return found._replace(
        found={signal: _replaced(found.found[signal], scores[signal], reworded) for signal in found.found},
        table=table,
    )


def _to_embed(then: Mapping[int, Memory], by_words: Scores) -> dict[int, Memory]:
    """The memories whose words of then are embedded: those that share most with the question, else the last
    that were changed.
    """
    shared = by_words.by_key
    best = sorted(then, key=lambda key: -shared.get(key, 0.0))[: limits.REWORDED_EMBEDDED_MAX]
    return {key: then[key] for key in best}


def _meaning(sought: Sought, then: Mapping[int, Memory], kit: RecallKit) -> Found:
    texts = [indexed_text(memory.spoken_by, memory.text) for memory in then.values()]
    cosines = kit.embedder.embed_documents(texts) @ sought.vector
    scores = Scores(np.array([*then], np.int64), cosines.astype(np.float64), 1.0)
    return {Signal.MEANING: scores, Signal.MEANING_WINDOW: scores}


def _replaced(present: Scores, then: Scores, reworded: Keys) -> Scores:
    """The scores of what says the same as then, and those of then of what does not; by keys that ascend."""
    same = ~np.isin(present.keys, reworded)
    keys = np.concatenate([present.keys[same], then.keys])
    values = np.concatenate([present.values[same], then.values])
    order = np.argsort(keys, kind="stable")
    return Scores(keys[order], values[order], present.ceiling or then.ceiling)
