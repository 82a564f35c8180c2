"""What ranking asks of turns, from the homes in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from holdfast.adapters.sqlite.home import judgements_of, outdated_of, rows_of
from holdfast.adapters.sqlite.homes import join
from holdfast.adapters.sqlite.threads import NONE
from holdfast.ports import TurnTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.home import Keys
    from holdfast.adapters.sqlite.homes import Homes, Reached
    from holdfast.domain.scope import Scope
    from holdfast.domain.timewords import Span

Number = TypeVar("Number", bound=np.generic)

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SqliteTurnIndex:
    """``TurnIndex`` on the homes in memory."""

    def __init__(self, database: Database, homes: Homes) -> None:
        self._database = database
        self._homes = homes

    def describe(self, scope: Scope, keys: Keys, *, as_of: datetime | None = None) -> TurnTable:
        """What ranking asks of those of the memories that lie inside the scope, now or then."""
        tables = [_describe(each, keys) for each in self._reached(scope)]
        if not tables:
            return _nobody()
        table = tables[0] if len(tables) == 1 else _in_order(tables)
        if as_of is None:
            return table
        from holdfast.adapters.sqlite.turns_then import as_they_were  # noqa: PLC0415 (few ask for the past)

        return self._database.read(lambda connection: as_they_were(connection, table, as_of))

    def said_during(self, scope: Scope, spans: Sequence[Span], *, limit: int) -> Keys:
        """The memories of the scope that were said during one of the spans, the latest."""
        reached = self._reached(scope)
        if not reached or not spans:
            return np.empty(0, np.int64)
        keys, at = (
            join(reached, (each.home.keys for each in reached)),
            join(reached, (each.home.at for each in reached)),
        )
        during = np.zeros(len(keys), np.bool_)
        for span in spans:
            during |= (at >= _microseconds(span.start)) & (at < _microseconds(span.end))
        found, said = keys[during], at[during]
        latest = np.argsort(said, kind="stable")[-limit:]
        return np.sort(found[latest])

    def _reached(self, scope: Scope) -> list[Reached]:
        return self._homes.reached_in(self._database, scope)


def _microseconds(instant: datetime) -> int:
    return (instant - _BEGINNING) // _MICROSECOND


def _describe(reached: Reached, keys: Keys) -> TurnTable:
    home = reached.home
    rows = rows_of(home, keys)
    if reached.inside is not None:
        rows = rows[np.isin(rows, reached.inside)]
    before, threads, keys, at = home.before[rows], home.threads[rows], home.keys[rows], home.at[rows]
    feedback, last_use = judgements_of(home, keys, at)
    return TurnTable(
        keys=keys,
        threads=threads,
        before=np.where(before == NONE, 0, home.keys[before]),
        in_talk=home.talks[threads],
        at=at,
        traits=home.traits[rows],
        lengths=home.lengths[rows],
        voices=home.voices[rows],
        names=tuple(home.names),
        importance=home.importance[rows],
        trust=home.trust[rows],
        last_use=last_use,
        feedback=feedback,
        outdated=outdated_of(home, keys),
        inside=reached.size,
    )


def _in_order(tables: Sequence[TurnTable]) -> TurnTable:
    """The tables of several homes as one, in the order of the keys."""
    names: dict[str, int] = {}
    numbers = [np.array([names.setdefault(name, len(names)) for name in table.names]) for table in tables]
    firsts = np.cumsum([0, *(1 + table.threads.max(initial=0) for table in tables)])
    order = np.argsort(np.concatenate([table.keys for table in tables]))

    def column(values: Iterable[npt.NDArray[Number]]) -> npt.NDArray[Number]:
        return np.concatenate([*values])[order]

    return TurnTable(
        keys=column(table.keys for table in tables),
        threads=column(first + table.threads for first, table in zip(firsts, tables, strict=False)),
        before=column(table.before for table in tables),
        in_talk=column(table.in_talk for table in tables),
        at=column(table.at for table in tables),
        traits=column(table.traits for table in tables),
        lengths=column(table.lengths for table in tables),
        voices=column(own[table.voices] for own, table in zip(numbers, tables, strict=True)),
        names=tuple(names),
        importance=column(table.importance for table in tables),
        trust=column(table.trust for table in tables),
        last_use=column(table.last_use for table in tables),
        feedback=column(table.feedback for table in tables),
        outdated=column(table.outdated for table in tables),
        inside=sum(table.inside for table in tables),
    )


def _nobody() -> TurnTable:
    """The table of no memories."""
    numbers, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
    small, floats = np.empty(0, np.int32), np.empty(0, np.float32)
    return TurnTable(
        numbers, numbers, numbers, flags, numbers, small, floats, small, (),
        floats, floats, numbers, np.empty(0), np.empty(0), 0,
    )  # fmt: skip
