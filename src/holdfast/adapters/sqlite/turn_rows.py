"""Turns as they lie in the file: one by one as they came, and packed into blocks that are read fast."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.adapters.sqlite.terms import TERM
from holdfast.errors import BackendRejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw
    import numpy.typing as npt

    from holdfast.adapters.sqlite.rows import Row

_SQL = read_statements("homes.sql")

TURN = np.dtype(
    [
        ("key", "<i8"),
        ("thread", "<i8"),
        ("at", "<i8"),
        ("traits", "<i4"),
        ("importance", "<f4"),
        ("trust", "<f4"),
        ("words", "<u4"),
        ("speaker", "<i4"),
        ("deleted", "?"),
    ]
)
"""A turn beside its words: how many they are, and the place of the speaker among those of the same turns."""

_LAST_KEY = 2**63 - 1


class Turns(NamedTuple):
    """Some turns in the order of their keys: ``rows`` of the type ``TURN``, and the terms of their words one
    behind the other.
    """

    rows: npt.NDArray[np.void]
    speakers: Sequence[str | None]
    terms: npt.NDArray[np.uint32]


def turns_after(connection: apsw.Connection, home: int, last_key: int) -> Turns:
    """The turns of a home with keys greater than that."""
    return _joined([*_parts_after(connection, home, last_key)])


def pack_turns(connection: apsw.Connection, home: int) -> None:
    """Pack the turns of a home that lie in no block; behind the last block only what fills another."""
    end = 0
    for before, last in [*connection.execute(_SQL["ends_of_turn_blocks"], (home,))]:
        if before != end:
            _pack(connection, home, end, _between(connection, home, end, before), fill=False)
        end = last
    _pack(connection, home, end, _between(connection, home, end, _LAST_KEY), fill=True)


def _parts_after(connection: apsw.Connection, home: int, last_key: int) -> Iterator[Turns]:
    """The blocks, and what lies between them and behind the last, in order."""
    end = last_key
    for before, last, *block in connection.execute(_SQL["turn_blocks_after"], (home, last_key)):
        if before > end:
            yield _of_rows(_between(connection, home, end, before))
        yield _behind(_of_block(*block), end)
        end = last
    yield _of_rows(_between(connection, home, end, _LAST_KEY))


def _between(connection: apsw.Connection, home: int, first: int, last: int) -> list[Row]:
    return connection.execute(_SQL["turns_between"], (home, first, last)).fetchall()


def _of_rows(rows: Sequence[Row]) -> Turns:
    places: dict[str | None, int] = {}
    turns = np.empty(len(rows), TURN)
    for place, (key, thread, deleted, speaker, at, traits, importance, trust, terms) in enumerate(rows):
        words = len(terms) // TERM.itemsize
        spoken = places.setdefault(speaker, len(places))
        turns[place] = key, thread, at, traits, importance, trust, words, spoken, deleted
    return Turns(turns, [*places], np.frombuffer(b"".join(row[-1] for row in rows), TERM))


def _of_block(turns: bytes, speakers: str, terms: bytes) -> Turns:
    try:
        block = Turns(np.frombuffer(turns, TURN), json.loads(speakers), np.frombuffer(terms, TERM))
        rows, named = block.rows, {type(each) for each in block.speakers}
        is_whole = bool(
            rows["words"].sum(dtype=np.int64) == len(block.terms)
            and ((rows["speaker"] >= 0) & (rows["speaker"] < len(block.speakers))).all()
            and (rows["key"][1:] > rows["key"][:-1]).all()
            and named <= {str, type(None)}
        )
    except (ValueError, TypeError) as error:
        raise _damaged() from error
    if not is_whole:
        raise _damaged()
    return block


def _damaged() -> BackendRejected:
    return BackendRejected(
        "a block of the store's turns is not what was written: run 'holdfast doctor', then restore a copy",
        code="store_damaged",
    )


def _behind(turns: Turns, key: int) -> Turns:
    """Those of the turns that have a greater key."""
    skipped = int(turns.rows["key"].searchsorted(key, "right"))
    words = int(turns.rows["words"][:skipped].sum())
    return turns._replace(rows=turns.rows[skipped:], terms=turns.terms[words:])


def _joined(parts: Sequence[Turns]) -> Turns:
    places: dict[str | None, int] = {}
    rows = np.concatenate([part.rows for part in parts])
    start = 0
    for part in parts:
        own = [places.setdefault(speaker, len(places)) for speaker in part.speakers]
        if own:
            mine = rows["speaker"][start : start + len(part.rows)]
            mine[:] = np.array(own, np.int32)[part.rows["speaker"]]
        start += len(part.rows)
    return Turns(rows, [*places], np.concatenate([part.terms for part in parts]))


def _pack(connection: apsw.Connection, home: int, before: int, rows: Sequence[Row], *, fill: bool) -> None:
    size = limits.VECTOR_BLOCK_ROWS
    packed = len(rows) - len(rows) % size if fill else len(rows)
    for start in range(0, packed, size):
        turns = _of_rows(rows[start : min(start + size, packed)])
        last = int(turns.rows["key"][-1])
        speakers = json.dumps(turns.speakers, ensure_ascii=False)
        values = (home, before, last, turns.rows.tobytes(), speakers, turns.terms.tobytes())
        connection.execute(_SQL["insert_turn_block"], values)
        before = last
