"""What ranking asks of turns as it was at an earlier instant: today's table, put right by the versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.sqlite.rows import keys_to_json
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.terms import OF_A_NAME, TERM, Stemmer
from holdfast.domain.instant import to_microseconds
from holdfast.domain.memory import Origin
from holdfast.domain.traits import traits_of
from holdfast.ports import TurnTable

if TYPE_CHECKING:
    from datetime import datetime

    import apsw
    import numpy.typing as npt

    from holdfast.adapters.sqlite.rows import Row

_SQL = read_statements("past.sql")


def as_they_were(connection: apsw.Connection, table: TurnTable, as_of: datetime) -> TurnTable:
    """The table without the turns that were not there yet, and with the others as they stood."""
    instant, keys = to_microseconds(as_of), keys_to_json(table.keys.tolist())
    there = [key for (key,) in connection.execute(_SQL["there"], (keys, instant))]
    kept = _only(table, np.isin(table.keys, np.array(there, np.int64)))
    changed: list[Row] = connection.execute(_SQL["changed"], (keys, instant)).fetchall()
    outdated = dict(connection.execute(_SQL["outdated_then"], (keys, instant)))
    return _put_right(kept, changed, Stemmer(connection))._replace(
        outdated=np.array([outdated.get(key, 0.0) for key in kept.keys.tolist()], np.float64)
    )


def _only(table: TurnTable, marks: npt.NDArray[np.bool_]) -> TurnTable:
    columns = {name: value for name, value in table._asdict().items() if isinstance(value, np.ndarray)}
    return table._replace(**{name: column[marks] for name, column in columns.items()})  # type: ignore[arg-type]  # by their names


def _put_right(table: TurnTable, changed: list[Row], stemmer: Stemmer) -> TurnTable:
    """The table with what was said when, how long it was, its importance and its trust, of changed turns."""
    at, traits, lengths = table.at.copy(), table.traits.copy(), table.lengths.copy()
    importance, trust = table.importance.copy(), table.trust.copy()
    places = {key: place for place, key in enumerate(table.keys.tolist())}
    for key, origin, speaker, text, valid_at, own_importance, own_trust in changed:
        if (place := places.get(key)) is None:
            continue
        terms = np.frombuffer(stemmer.terms_of_turn(speaker, text), TERM)
        at[place], importance[place], trust[place] = valid_at, own_importance, own_trust
        traits[place] = traits_of(Origin(origin), text)
        lengths[place] = int((terms < OF_A_NAME).sum())
    last_use = np.maximum(at, np.where(table.last_use > table.at, table.last_use, at))
    return table._replace(
        at=at, traits=traits, lengths=lengths, importance=importance, trust=trust, last_use=last_use
    )
