"""Which rows a scope covers: names resolved to the keys of this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.filters import Condition
from holdfast.adapters.sqlite.rows import keys_to_json
from holdfast.adapters.sqlite.statements import read_statements

if TYPE_CHECKING:
    import apsw

    from holdfast.domain.scope import Scope

_SQL = read_statements("queries.sql")
_WRITES = read_statements("writes.sql")


@dataclass(frozen=True, slots=True)
class Reach:
    """The homes whose memories a read sees, and the sessions when it asks for one.

    ``name_keys`` stand for the words that the scope column of the word index must hold.
    """

    home_keys: tuple[int, ...]
    scope_keys: tuple[int, ...] | None
    name_keys: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no memory can lie in it."""
        return not self.home_keys

    def condition(self) -> Condition:
        """The same as SQL over ``memories AS m``."""
        homes = _keys_condition("m.home_key", self.home_keys)
        if self.scope_keys is None:
            return homes
        scopes = _keys_condition("m.scope_key", self.scope_keys)
        return Condition(f"{homes.sql} AND {scopes.sql}", homes.values + scopes.values)


_NOWHERE = Reach((), None, ())


def reach_of(connection: apsw.Connection, scope: Scope) -> Reach:
    """What a read with this scope sees; nothing, when one of its names was never written."""
    given = {
        "tenant": scope.tenant,
        "user": scope.user_id,
        "agent": scope.agent_id,
        "session": scope.session_id,
    }
    keys = {
        kind: connection.execute(_SQL["name_key"], (scope.tenant, kind, name)).get
        for kind, name in given.items()
        if name is not None
    }
    if None in keys.values():
        return _NOWHERE
    scope_keys = _scopes_of_session(connection, keys) if "session" in keys else None
    return Reach(_homes(connection, keys, scope_keys), scope_keys, _narrowest(keys))


def _narrowest(keys: dict[str, int]) -> tuple[int, ...]:
    """The names that tell the scope apart: the tenant's only when nothing narrower is given.

    A name's key belongs to one tenant, and a tenant's token is in every row that it has.
    """
    narrower = tuple(key for kind, key in keys.items() if kind != "tenant")
    return narrower or (keys["tenant"],)


def find_scope(connection: apsw.Connection, scope: Scope) -> tuple[int, int] | None:
    """The keys of exactly this scope and of its home, or None when nothing was ever written in it."""
    names = (scope.tenant, scope.user_id, scope.agent_id, scope.session_id)
    found: tuple[int, int] | None = connection.execute(_SQL["scope_and_home"], names).fetchone()
    return found


def ensure_scope(connection: apsw.Connection, scope: Scope) -> tuple[int, int]:
    """The keys of exactly this scope and of its home, made when they are not there yet."""
    return find_scope(connection, scope) or _make_scope(connection, scope)


def _make_scope(connection: apsw.Connection, scope: Scope) -> tuple[int, int]:
    for kind, name in _names(scope):
        if name is not None:
            connection.execute(_WRITES["insert_name"], (scope.tenant, kind, name))
    keys = [_name_key(connection, scope.tenant, kind, name) for kind, name in _names(scope)]
    connection.execute(_WRITES["insert_home"], keys[:3])
    home_key: int = connection.execute(_WRITES["home_key"], keys[:3]).get
    tokens = " ".join(token_of(key) for key in keys if key)
    scope_key: int = connection.execute(_WRITES["insert_scope"], (home_key, keys[3], tokens)).get
    return scope_key, home_key


def token_of(name_key: int) -> str:
    """The word that stands for a name in the word index: no number that somebody says is counted as one."""
    return f"\ue000{name_key}"


def _names(scope: Scope) -> tuple[tuple[str, str | None], ...]:
    return (
        ("tenant", scope.tenant),
        ("user", scope.user_id),
        ("agent", scope.agent_id),
        ("session", scope.session_id),
    )


def _name_key(connection: apsw.Connection, tenant: str, kind: str, name: str | None) -> int | None:
    if name is None:
        return 0
    key: int | None = connection.execute(_SQL["name_key"], (tenant, kind, name)).get
    return key


def _homes(
    connection: apsw.Connection, keys: dict[str, int], scope_keys: tuple[int, ...] | None
) -> tuple[int, ...]:
    parts, values = ["tenant_key = ?"], [keys["tenant"]]
    for kind in ("user", "agent"):
        if kind in keys:
            parts.append(f"{kind}_key = ?")
            values.append(keys[kind])
    sql = f"SELECT key FROM homes WHERE {' AND '.join(parts)}"
    if scope_keys is not None:
        sql += " AND key IN (SELECT home_key FROM scopes WHERE key IN (SELECT value FROM json_each(?)))"
        return tuple(key for (key,) in connection.execute(sql, (*values, keys_to_json(scope_keys))))
    return tuple(key for (key,) in connection.execute(sql, values))


def _scopes_of_session(connection: apsw.Connection, keys: dict[str, int]) -> tuple[int, ...]:
    rows = connection.execute("SELECT key FROM scopes WHERE session_key = ?", (keys["session"],))
    return tuple(key for (key,) in rows)


def _keys_condition(column: str, keys: tuple[int, ...]) -> Condition:
    if len(keys) == 1:
        return Condition(f"{column} = ?", keys)
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (keys_to_json(keys),))
