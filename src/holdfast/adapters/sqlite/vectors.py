"""Exact search by meaning inside a scope, over matrices that follow the file's change numbers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from holdfast import limits
from holdfast.adapters.sqlite.matrix import HomeMatrix, build_matrix, turn_scores, window_scores
from holdfast.adapters.sqlite.reach import Reach, reach_of
from holdfast.adapters.sqlite.rows import Row, keys_to_json
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.vector_rows import KEYS, STORED
from holdfast.domain.ranking import Scores, Signal
from holdfast.errors import BackendRejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

    from holdfast.adapters.sqlite.database import Database
    from holdfast.adapters.sqlite.matrix import Floats, Keys
    from holdfast.domain.scope import Scope
    from holdfast.ports import EmbedderIdentity, Vector

    Block = tuple[bytes, bytes, bytes]

_SQL = read_statements("vectors.sql")
_NOTHING: Mapping[Signal, Scores] = {
    Signal.MEANING: Scores({}, 0.0, 0.0),
    Signal.MEANING_WINDOW: Scores({}, 0.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class _Home:
    """A home as the file has it now: a new change number means more vectors, a new epoch other ones."""

    key: int
    change_number: int
    epoch: int

    def is_held_by(self, matrix: HomeMatrix) -> bool:
        return (self.change_number, self.epoch) == (matrix.change_number, matrix.epoch)


class _Rows:
    """Rows on their way into a matrix, which is filled in place: the file's bytes are never all in memory."""

    def __init__(self, more_at_most: int, dimension: int, known: HomeMatrix | None) -> None:
        self._filled = 0 if known is None else len(known.keys)
        size = self._filled + more_at_most
        self._keys, self._threads = np.empty(size, np.int64), np.empty(size, np.int64)
        self._vectors = np.empty((size, dimension), np.float32)
        if known is not None:
            self._keys[: self._filled] = known.keys
            self._threads[: self._filled] = known.threads
            self._vectors[: self._filled] = known.vectors

    def append(self, block: Block, *, after: int) -> None:
        """Take in those of a stored block whose keys are greater than ``after``."""
        keys, threads = (np.frombuffer(blob, KEYS) for blob in block[:2])
        vectors = np.frombuffer(block[2], STORED).reshape(len(keys), -1)
        first = int(np.searchsorted(keys, after, side="right"))
        place = slice(self._filled, self._filled + len(keys) - first)
        self._keys[place], self._threads[place] = keys[first:], threads[first:]
        self._vectors[place] = vectors[first:]
        self._filled = place.stop

    def to_matrix(self, home: _Home) -> HomeMatrix:
        """The matrix of all that was taken in."""
        return build_matrix(
            change_number=home.change_number,
            epoch=home.epoch,
            keys=self._keys[: self._filled],
            threads=self._threads[: self._filled],
            vectors=self._vectors[: self._filled],
        )


class SqliteVectorIndex:
    """``VectorIndex`` over the vectors in the file, kept in memory by home while there is room."""

    def __init__(
        self,
        database: Database,
        identity: EmbedderIdentity,
        *,
        bytes_max: int = limits.VECTOR_CACHE_BYTES_MAX,
    ) -> None:
        self._database = database
        self._identity = identity
        self._bytes_max = bytes_max
        self._matrices: OrderedDict[int, HomeMatrix] = OrderedDict()
        self._lock = threading.Lock()

    def search(
        self, scope: Scope, query: Vector, *, limit: int, also: Sequence[int] = ()
    ) -> Mapping[Signal, Scores]:
        """The nearest memories of the scope by the message and by its window."""
        reach, matrices = self._database.read(lambda connection: self._load(connection, scope))
        scored = [part for matrix in matrices if (part := _score(matrix, reach, query)) is not None]
        if not scored:
            return _NOTHING
        keys = np.concatenate([part[0] for part in scored])
        turns = np.concatenate([part[1] for part in scored])
        windows = np.concatenate([part[2] for part in scored])
        chosen = _best(turns, limit) | _best(windows, limit) | np.isin(keys, np.asarray(also, np.int64))
        return {
            Signal.MEANING: _scores(keys, turns, chosen),
            Signal.MEANING_WINDOW: _scores(keys, windows, chosen),
        }

    def _load(self, connection: apsw.Connection, scope: Scope) -> tuple[Reach, list[HomeMatrix]]:
        reach = reach_of(connection, scope)
        if reach.is_empty:
            return reach, []
        embedder = self._embedder_key(connection)
        rows: list[Row] = connection.execute(_SQL["homes"], (keys_to_json(reach.home_keys),)).fetchall()
        return reach, [self._matrix(connection, embedder, _Home(*row)) for row in rows]

    def _embedder_key(self, connection: apsw.Connection) -> int | None:
        row: Row | None = connection.execute(_SQL["embedder"]).fetchone()
        if row is None:
            return None
        key, *identity = row
        if tuple(identity) != (
            self._identity.id,
            self._identity.revision,
            self._identity.dimension,
        ):
            raise BackendRejected(
                f"the store's vectors no longer come from the embedder {self._identity}: open it again",
                code="embedder_mismatch",
            )
        return int(key)

    def _matrix(self, connection: apsw.Connection, embedder: int | None, home: _Home) -> HomeMatrix:
        with self._lock:
            known = self._matrices.get(home.key)
        if known is not None and home.is_held_by(known):
            matrix = known
        else:
            grown = known if known is not None and known.epoch == home.epoch else None
            matrix = self._read(connection, embedder, home, grown)
        self._keep(home.key, matrix)
        return matrix

    def _read(
        self, connection: apsw.Connection, embedder: int | None, home: _Home, known: HomeMatrix | None
    ) -> HomeMatrix:
        """The matrix as the file has it, read anew or only from where the known one ends."""
        last = int(known.keys[-1]) if known is not None and len(known.keys) else 0
        place = (embedder, home.key, last)
        rows = _Rows(connection.execute(_SQL["count_after"], place).get, self._identity.dimension, known)
        for block in connection.execute(_SQL["blocks_after"], place):
            rows.append(cast("Block", block), after=last)
        for key, thread, vector in connection.execute(_SQL["loose_after"], place):
            rows.append(cast("Block", (_one_key(key), _one_key(thread), vector)), after=last)
        return rows.to_matrix(home)

    def _keep(self, home: int, matrix: HomeMatrix) -> None:
        with self._lock:
            self._matrices[home] = matrix
            self._matrices.move_to_end(home)
            while len(self._matrices) > 1 and self._bytes() > self._bytes_max:
                self._matrices.popitem(last=False)

    def _bytes(self) -> int:
        return sum(matrix.bytes for matrix in self._matrices.values())


def _score(matrix: HomeMatrix, reach: Reach, query: Vector) -> tuple[Keys, Floats, Floats] | None:
    turns = turn_scores(matrix, query)
    windows = window_scores(matrix, turns)
    if reach.scope_keys is None:
        return (matrix.keys, turns, windows) if len(turns) else None
    inside = np.isin(matrix.threads, np.asarray(reach.scope_keys, np.int64))
    return (matrix.keys[inside], turns[inside], windows[inside]) if inside.any() else None


def _best(scores: Floats, limit: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if len(scores) <= limit:
        return np.ones(len(scores), np.bool_)
    chosen = np.zeros(len(scores), np.bool_)
    chosen[np.argpartition(scores, len(scores) - limit)[-limit:]] = True
    return chosen


def _scores(keys: Keys, scores: Floats, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Scores:
    by_key = dict(zip(keys[chosen].tolist(), scores[chosen].tolist(), strict=True))
    return Scores(by_key, float(scores.min()), float(scores.max()))


def _one_key(key: object) -> bytes:
    return cast("int", key).to_bytes(KEYS.itemsize, "little", signed=True)
