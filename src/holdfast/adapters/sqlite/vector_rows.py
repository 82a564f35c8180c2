"""How vectors lie in the file: float16, new ones loose, full blocks of one home packed together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.turn_rows import pack_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw
    import numpy.typing as npt

    from holdfast.ports import EmbedderIdentity, Vector

_SQL = read_statements("writes.sql")

STORED = np.dtype("<f2")
KEYS = np.dtype("<i8")
_SIGN_EXPONENT_AND_FRACTION = np.int32(-0x70000001)  # all bits but the three between sign and exponent
_TWO_TO_THE_112 = np.float32(2.0**112)


class VectorRow(NamedTuple):
    """The vector of one memory."""

    memory_key: int
    vector: bytes


def to_stored(vector: Vector) -> bytes:
    """The vector as it lies in the file.

    Half precision moves a dot product of unit vectors by less than 0.0005, so the ranking stays that of
    the full vectors, at half the bytes and without a second, finer copy.
    """
    return np.ascontiguousarray(vector, dtype=STORED).tobytes()


def from_stored(stored: bytes, rows: int) -> npt.NDArray[np.float32]:
    """Vectors as they lie in the file, one behind the other: float32, shape (rows, dimension).

    The bits of a half are put where those of a float stand, and the exponents 112 apart made up for by a
    product: a sixth of the time of NumPy's own conversion, which goes number by number. Vectors of length 1
    hold neither infinities nor what is no number, which alone would come out otherwise.
    """
    bits = np.frombuffer(stored, "<i2").astype(np.int32)
    bits <<= 13
    bits &= _SIGN_EXPONENT_AND_FRACTION
    return (bits.view(np.float32) * _TWO_TO_THE_112).reshape(rows, -1)


def embedder_key(connection: apsw.Connection, identity: EmbedderIdentity) -> int:
    """The key of an embedder, made when it is new to this file."""
    values = (identity.id, identity.revision, identity.dimension)
    key: int | None = connection.execute(_SQL["embedder_key"], values).get
    if key is None:
        key = connection.execute(_SQL["insert_embedder"], values).get
    return int(key)


def append_vectors(connection: apsw.Connection, embedder: int, home: int, rows: Sequence[VectorRow]) -> None:
    """Add vectors of new memories, whose keys are greater than all before; pack what fills a block."""
    loose: int = connection.execute(_SQL["count_loose"], (home, len(rows))).get
    if loose < limits.VECTOR_BLOCK_ROWS:
        _write_loose(connection, embedder, home, rows)
        return
    waiting = [*_take_loose(connection, embedder, home), *rows]
    full = len(waiting) - len(waiting) % limits.VECTOR_BLOCK_ROWS
    for start in range(0, full, limits.VECTOR_BLOCK_ROWS):
        _write_block(connection, embedder, home, waiting[start : start + limits.VECTOR_BLOCK_ROWS])
    _write_loose(connection, embedder, home, waiting[full:])
    pack_turns(connection, home)
    connection.execute(_SQL["set_loose_count"], (home, len(waiting) - full))


def replace_vector(
    connection: apsw.Connection, embedder: int, home: int, memory_key: int, vector: bytes
) -> None:
    """Put another vector in the place of a memory's present one."""
    connection.execute(_SQL["update_loose_vector"], (embedder, home, memory_key, vector))
    if connection.changes():
        return
    block, keys_blob, vectors_blob = connection.execute(
        _SQL["block_of_memory"], (embedder, home, memory_key)
    ).get
    place = int(np.searchsorted(np.frombuffer(keys_blob, KEYS), memory_key))
    size = len(vector)
    changed = vectors_blob[: place * size] + vector + vectors_blob[(place + 1) * size :]
    connection.execute(_SQL["update_vector_block"], (block, changed))


def _take_loose(connection: apsw.Connection, embedder: int, home: int) -> list[VectorRow]:
    rows = [VectorRow(*row) for row in connection.execute(_SQL["loose_vectors"], (embedder, home))]
    connection.execute(_SQL["delete_loose_vectors"], (embedder, home))
    return rows


def _write_loose(connection: apsw.Connection, embedder: int, home: int, rows: Sequence[VectorRow]) -> None:
    connection.executemany(
        _SQL["insert_loose_vector"],
        ((embedder, home, row.memory_key, row.vector) for row in rows),
    )


def _write_block(connection: apsw.Connection, embedder: int, home: int, rows: Sequence[VectorRow]) -> None:
    connection.execute(
        _SQL["insert_vector_block"],
        (
            embedder,
            home,
            rows[-1].memory_key,
            np.array([row.memory_key for row in rows], KEYS).tobytes(),
            b"".join(row.vector for row in rows),
        ),
    )
