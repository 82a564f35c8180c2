"""The homes that searches read, in memory: they follow the file, and the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from holdfast import limits
from holdfast.adapters.sqlite.home import Home, HomeView, Judgement
from holdfast.adapters.sqlite.reach import Reach, reach_of
from holdfast.adapters.sqlite.rows import Row, keys_to_json
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.turn_rows import turns_after
from holdfast.adapters.sqlite.vector_rows import KEYS, from_stored
from holdfast.domain.reinforcement import reinforcement
from holdfast.errors import BackendRejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import apsw
    import numpy.typing as npt

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.home import Rows
    from holdfast.domain.scope import Scope
    from holdfast.ports import EmbedderIdentity

_SQL = read_statements("homes.sql")

_HOME_BYTES = 8_192
"""What a home takes beside its rows."""

Number = TypeVar("Number", bound=np.generic)


class Reached(NamedTuple):
    """What a scope reaches of one home: the rows that lie inside it, or all of them."""

    home: HomeView
    inside: npt.NDArray[np.intp] | None

    @property
    def size(self) -> int:
        """How many rows lie inside."""
        return len(self.home.keys) if self.inside is None else len(self.inside)

    def of_inside(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Those of some values, one for each row of the home, that lie inside."""
        return values if self.inside is None else values[self.inside]

    def count_inside(self, rows: Rows) -> int:
        """How many of these rows of the home lie inside."""
        return len(rows) if self.inside is None else int(np.isin(rows, self.inside).sum())


@dataclass(slots=True)
class _Held:
    """A home, and what the file said of it when it was last read."""

    home: Home
    epoch: int = -1
    change_number: int = -1
    feedback: int = -1
    counted: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, home: Home, epoch: int) -> None:
        """Put an empty home in the place of this one."""
        self.home, self.epoch, self.change_number, self.feedback = home, epoch, -1, -1


def join(reached: Sequence[Reached], values: Iterable[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """The values of every home, one for each of its rows, as one array of those that lie inside."""
    parts = [each.of_inside(own) for each, own in zip(reached, values, strict=True)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class _State(NamedTuple):
    """What the file says of a home."""

    key: int
    change_number: int
    epoch: int
    feedback: int


class _Last(NamedTuple):
    """What was reached last: a search asks three times, and the next one is often of the same scope."""

    scope: Scope | None
    change_number: int
    reached: list[Reached]


class Homes:
    """Reads homes when they are first asked for, and then only what came in since."""

    def __init__(self, identity: EmbedderIdentity, *, bytes_max: int = limits.HOMES_BYTES_MAX) -> None:
        self._identity = identity
        self._bytes_max = bytes_max
        self._held: OrderedDict[int, _Held] = OrderedDict()
        self._last = _Last(None, 0, [])
        self._bytes = 0
        self._lock = threading.Lock()

    def reached_in(self, database: Database, scope: Scope) -> list[Reached]:
        """What the scope reaches as the file is now."""
        return database.read(lambda connection: self.reached(database, connection, scope))

    def reached(self, database: Database, connection: apsw.Connection, scope: Scope) -> list[Reached]:
        """What the scope reaches, home by home, as it is in the connection's transaction or later.

        Raises:
            BackendRejected: ``embedder_mismatch`` when the store has meanwhile been given another embedder,
                ``store_damaged`` when its vectors are not those of its memories.
        """
        number = database.change_number(connection)
        last = self._last
        if (last.scope, last.change_number) != (scope, number):
            last = self._last = _Last(scope, number, self._reached(connection, scope))
        return last.reached

    def _reached(self, connection: apsw.Connection, scope: Scope) -> list[Reached]:
        reach = reach_of(connection, scope)
        if reach.is_empty:
            return []
        embedder = self._embedder_key(connection)
        rows: list[Row] = connection.execute(_SQL["homes"], (keys_to_json(reach.home_keys),)).fetchall()
        found = (_inside(self._view(connection, embedder, _State(*row)), reach) for row in rows)
        return [reached for reached in found if reached is not None]

    def _embedder_key(self, connection: apsw.Connection) -> int | None:
        row: Row | None = connection.execute(_SQL["embedder"]).fetchone()
        if row is None:
            return None
        key, *identity = row
        if tuple(identity) != (self._identity.id, self._identity.revision, self._identity.dimension):
            raise BackendRejected(
                f"the store's vectors no longer come from the embedder {self._identity}: open it again",
                code="embedder_mismatch",
            )
        return int(key)

    def _view(self, connection: apsw.Connection, embedder: int | None, state: _State) -> HomeView:
        key, change_number, epoch, feedback = state
        held = self._take(key)
        with held.lock:  # whoever else wants the home waits for what is being read, instead of reading it too
            if epoch > held.epoch:
                held.begin(Home(self._identity.dimension), epoch)
            if epoch == held.epoch and change_number > held.change_number:
                try:
                    _extend(connection, embedder, key, held.home)
                    if feedback != held.feedback:
                        _take_in_feedback(connection, key, held.home)
                except BaseException:
                    held.begin(Home(self._identity.dimension), epoch)  # it may be half of one
                    raise
                held.change_number, held.feedback = change_number, feedback
                self._make_room(key, held)
            return held.home.view

    def _take(self, key: int) -> _Held:
        with self._lock:
            if key not in self._held:
                self._held[key] = _Held(Home(self._identity.dimension))
            self._held.move_to_end(key)
            return self._held[key]

    def _make_room(self, key: int, grown: _Held) -> None:
        """Count a home that has grown, and let go of those that have not been read for longest."""
        size = grown.home.size + _HOME_BYTES
        with self._lock:
            if self._held.get(key) is grown:
                self._bytes += size - grown.counted
                grown.counted = size
            while len(self._held) > 1 and self._bytes > self._bytes_max:
                _, gone = self._held.popitem(last=False)
                self._bytes -= gone.counted


def _extend(connection: apsw.Connection, embedder: int | None, key: int, home: Home) -> None:
    """Take in what the file has more than the home."""
    turns = turns_after(connection, key, home.last_key)
    if len(turns.rows):
        keys = turns.rows["key"].tolist()
        home.extend(turns, _vectors_after(connection, (embedder, key, home.last_key), keys))


def _take_in_feedback(connection: apsw.Connection, key: int, home: Home) -> None:
    rows: list[Row] = connection.execute(_SQL["feedback"], (key,)).fetchall()
    ended: list[Row] = connection.execute(_SQL["outdated"], (key,)).fetchall()
    home.date(dict(ended))
    home.rate(
        [Judgement(rated, reinforcement(useful, useless), at or 0) for rated, useful, useless, at in rows]
    )


def _vectors_after(
    connection: apsw.Connection, place: tuple[int | None, int, int], keys: Sequence[int]
) -> Iterator[npt.NDArray[np.float32]]:
    """The vectors of these memories, a block at a time: the file's bytes are never all in memory."""
    filled = 0
    for keys_blob, stored in connection.execute(_SQL["blocks_after"], place):
        block = np.frombuffer(keys_blob, KEYS)
        new = slice(int(block.searchsorted(place[-1], "right")), None)
        _require_same(block[new], keys[filled : filled + len(block[new])])
        filled += len(block[new])
        yield from_stored(stored, len(block))[new]
    loose: list[Row] = connection.execute(_SQL["loose_after"], place).fetchall()
    _require_same(np.array([key for key, _ in loose], np.int64), keys[filled:])
    if loose:
        yield from_stored(b"".join(vector for _, vector in loose), len(loose))


def _require_same(found: npt.NDArray[np.int64], wanted: Sequence[int]) -> None:
    if found.tolist() != list(wanted):
        raise BackendRejected(
            "the store's vectors are not those of its memories: run 'holdfast doctor', then restore a copy",
            code="store_damaged",
        )


def _inside(home: HomeView, reach: Reach) -> Reached | None:
    if reach.scope_keys is None:
        return Reached(home, None) if len(home.keys) else None
    threads = [home.thread_numbers[key] for key in reach.scope_keys if key in home.thread_numbers]
    inside = np.flatnonzero(np.isin(home.threads, threads))
    return Reached(home, inside) if len(inside) else None
