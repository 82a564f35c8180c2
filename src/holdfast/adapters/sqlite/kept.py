"""Memories that were read, kept for the next search; a stamp tells whether one is still as it was."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.adapters.sqlite.rows import keys_to_json, memories_by_key
from holdfast.adapters.sqlite.statements import read_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from holdfast.adapters.sqlite.filters import Condition
    from holdfast.domain.memory import Memory

_SQL = read_statements("queries.sql")


class _Mark(NamedTuple):
    """A memory as a transaction sees it: its id, and the number of its state."""

    id: bytes
    stamp: int


class KeptMemories:
    """The memories that were shown last. What a search shows is looked up in the file, and read only if new.

    Only for committed reads: a write that is rolled back gives its stamps to another.
    """

    def __init__(self, *, memories_max: int = limits.MEMORIES_KEPT_MAX) -> None:
        self._memories_max = memories_max
        self._kept: OrderedDict[_Mark, Memory] = OrderedDict()
        self._lock = threading.Lock()

    def first(
        self, connection: apsw.Connection, keys: Sequence[int], condition: Condition, *, limit: int
    ) -> dict[int, Memory]:
        """The first ``limit`` of the memories ``m`` that the condition holds for, by key, in this order."""
        sql = _SQL["first_shown"].replace("{condition}", condition.sql)
        values = (keys_to_json(keys), *condition.values, limit)
        shown = {key: _Mark(*mark) for key, *mark in connection.execute(sql, values)}
        known = self._known(shown.values())
        missing = [key for key, mark in shown.items() if mark not in known]
        if missing:
            read = memories_by_key(connection, missing)
            known |= {shown[key]: memory for key, memory in read.items()}
        self._keep(known)
        return {key: known[mark] for key, mark in shown.items()}

    def _known(self, marks: Iterable[_Mark]) -> dict[_Mark, Memory]:
        with self._lock:
            return {mark: self._kept[mark] for mark in marks if mark in self._kept}

    def _keep(self, memories: dict[_Mark, Memory]) -> None:
        """As the most recently used; the least recently used go."""
        with self._lock:
            self._kept.update(memories)
            for mark in memories:
                self._kept.move_to_end(mark)
            while len(self._kept) > self._memories_max:
                self._kept.popitem(last=False)
