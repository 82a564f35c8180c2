"""The graph of facts and the entities they name: walked by a recursive query, bounded at every step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.adapters.sqlite.filters import Condition, join, view_condition
from holdfast.adapters.sqlite.reach import Reaches
from holdfast.adapters.sqlite.rows import keys_to_json
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import to_microseconds
from holdfast.ports import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.domain.scope import Scope
    from holdfast.domain.view import View

_SQL = read_statements("graph.sql")


class _Shown(NamedTuple):
    """What a read may walk to: the homes of its scope, and the condition on each memory."""

    homes: str
    condition: Condition

    def sql(self, name: str) -> str:
        """The statement of that name, with the condition in its places."""
        return _SQL[name].replace("{shown}", _SQL["shown"]).replace("{condition}", self.condition.sql)


class SqliteEntityGraph:
    """``EntityGraph`` on the rows of entities."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reaches = Reaches()

    def naming(
        self, scope: Scope, names: Sequence[str], view: View, *, limit: int
    ) -> Mapping[str, Sequence[int]]:
        """Facts of the scope that name each of these entities."""

        def work(connection: apsw.Connection) -> dict[str, list[int]]:
            shown = self._shown(connection, scope, view)
            found: dict[str, list[int]] = {}
            if shown is not None:
                near = (limits.GRAPH_LOOK_MAX, *shown.condition.values, limit)
                values = (json.dumps(list(names)), shown.homes, *near)
                for name, key in connection.execute(shown.sql("naming"), values):
                    found.setdefault(name, []).append(key)
            return found

        return self._database.read(work)

    def neighbours(
        self, scope: Scope, starts: Sequence[int], view: View, *, hops: int, fanout: int, limit: int
    ) -> Sequence[Link]:
        """The links from some facts to others, over up to so many steps."""

        def work(connection: apsw.Connection) -> list[Link]:
            shown = self._shown(connection, scope, view)
            if shown is None:
                return []
            own = shown.condition.values
            near = (limits.GRAPH_LOOK_MAX, *own, fanout)
            values = (keys_to_json(starts), *own, shown.homes, *near, hops, limit + len(starts))
            rows = connection.execute(shown.sql("neighbours"), values)
            return [Link(*row) for row in rows][:limit]

        return self._database.read(work)

    def _shown(self, connection: apsw.Connection, scope: Scope, view: View) -> _Shown | None:
        reach = self._reaches.of(connection, scope, self._database.change_number(connection))
        if reach.is_empty:
            return None
        condition = view_condition(view) if view.as_of is None else _known_at(view.as_of)
        return _Shown(keys_to_json(reach.home_keys), join("AND", [reach.condition(), condition]))


def _known_at(as_of: datetime) -> Condition:
    """What was known then. Whether it was shown then is looked at where it is read as it was."""
    return Condition("m.created_at <= ?", (to_microseconds(as_of),))
