"""Episodes and facts in the order in which they were stored, to derive the facts anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.episodes import episode_of_key
from holdfast.adapters.sqlite.rows import Row, memories_by_key, to_blob
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.errors import NotFound
from holdfast.ports import Recorded

if TYPE_CHECKING:
    import apsw

    from holdfast.domain.memory import Memory
    from holdfast.domain.scope import Scope

_SQL = read_statements("recorded.sql")
_FIRST = 0


def count_episodes(connection: apsw.Connection, scope: Scope | None) -> int:
    """How many episodes the scope covers."""
    sql = f"SELECT count(*) FROM ({_SQL['episode_keys']})"
    count: int = connection.execute(sql, (_FIRST, *_names(scope))).get
    return count


def read_recorded(
    connection: apsw.Connection, scope: Scope | None, *, after: str | None, limit: int
) -> tuple[Recorded, ...]:
    """Episodes that the scope covers, with the memories that hold their messages.

    Raises:
        NotFound: ``episode_not_found``.
    """
    behind = _FIRST if after is None else _key(connection, "episode", after)
    sql = f"{_SQL['episode_keys']} ORDER BY episodes.key LIMIT ?6"
    rows: list[Row] = connection.execute(sql, (behind, *_names(scope), limit)).fetchall()
    return tuple(_recorded(connection, key) for (key,) in rows)


def read_facts(
    connection: apsw.Connection, scope: Scope | None, *, after: str | None, limit: int
) -> tuple[Memory, ...]:
    """Memories that state something or were derived, deleted ones too.

    Raises:
        NotFound: ``memory_not_found``.
    """
    behind = _FIRST if after is None else _key(connection, "memory", after)
    rows: list[Row] = connection.execute(_SQL["fact_keys"], (behind, *_names(scope), limit)).fetchall()
    keys = [key for (key,) in rows]
    memories = memories_by_key(connection, keys)
    return tuple(memories[key] for key in keys)


def _recorded(connection: apsw.Connection, key: int) -> Recorded:
    rows: list[Row] = connection.execute(_SQL["held"], (key,)).fetchall()
    fingerprints: dict[int, bytes] = dict(rows)
    memories = memories_by_key(connection, [*fingerprints]) if fingerprints else {}
    held = tuple((memories[each], digest) for each, digest in fingerprints.items())
    return Recorded(episode_of_key(connection, key), held)


def _names(scope: Scope | None) -> tuple[str | None, ...]:
    if scope is None:
        return (None,) * 4
    return scope.tenant, scope.user_id, scope.agent_id, scope.session_id


def _key(connection: apsw.Connection, kind: str, identifier: str) -> int:
    key: int | None = connection.execute(_SQL[f"key_of_{kind}"], (to_blob(identifier),)).get
    if key is None:
        raise NotFound(f"there is no {kind} {identifier}", code=f"{kind}_not_found")
    return key
