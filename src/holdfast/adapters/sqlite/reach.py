"""Which rows a scope covers: names resolved to the keys of this file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.adapters.sqlite.filters import Condition
from holdfast.adapters.sqlite.rows import keys_to_json
from holdfast.adapters.sqlite.statements import read_statements

if TYPE_CHECKING:
    import apsw

    from holdfast.domain.scope import Scope

_SQL = read_statements("queries.sql")
_WRITES = read_statements("writes.sql")


class Reach(NamedTuple):
    """The homes whose memories a read sees, and the sessions when it asks for one."""

    home_keys: tuple[int, ...]
    scope_keys: tuple[int, ...] | None

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


def reach_of(connection: apsw.Connection, scope: Scope) -> Reach:
    """What a read with this scope sees; nothing, when one of its names was never written."""
    session = scope.session_id
    scope_keys = None if session is None else _scopes_of_session(connection, scope.tenant, session)
    given = _given(scope)
    rows = connection.execute(_homes_where(*given), (scope.tenant, *given.values()))
    return Reach(tuple(key for (key,) in rows), scope_keys)


def reach_of_owner(connection: apsw.Connection, scope: Scope) -> Reach:
    """The memories of exactly this user and agent, or of this session where there is neither."""
    owner = scope.owner
    names = (owner.tenant, owner.user_id, owner.agent_id)
    homes = tuple(key for (key,) in connection.execute(_SQL["home_of_owner"], names))
    session = owner.session_id
    return Reach(homes, None if session is None else _scopes_of_session(connection, owner.tenant, session))


class Reaches:
    """What a scope reaches, looked up again only when another is asked for or something was committed."""

    def __init__(self) -> None:
        self._last: tuple[Scope | None, int, Reach] = (None, -1, Reach((), None))

    def of(self, connection: apsw.Connection, scope: Scope, number: int) -> Reach:
        """What a read with this scope sees at that number of commits."""
        last_scope, last_number, reach = self._last
        if (last_scope, last_number) != (scope, number):
            reach = reach_of(connection, scope)
            self._last = (scope, number, reach)
        return reach


class ScopeKeys:
    """The keys of scopes, looked up once: they are never given to others.

    Only what a committed read has found is kept; a write may still be rolled back.
    """

    def __init__(self, *, scopes_max: int = limits.SCOPES_KEPT_MAX) -> None:
        self._scopes_max = scopes_max
        self._kept: dict[Scope, tuple[int, int]] = {}

    def find(self, connection: apsw.Connection, scope: Scope) -> tuple[int, int] | None:
        """The keys of exactly this scope and of its home, or None when nothing was ever written in it."""
        known = self._kept.get(scope)
        if known is None:
            known = find_scope(connection, scope)
            if known is not None:
                if len(self._kept) >= self._scopes_max:
                    self._kept = {}
                self._kept[scope] = known
        return known

    def ensure(self, connection: apsw.Connection, scope: Scope) -> tuple[int, int]:
        """The same in a write: made when they are not there yet."""
        return self._kept.get(scope) or ensure_scope(connection, scope)


def change_number_of(connection: apsw.Connection, scope: Scope) -> int:
    """The number of the last commit that touched a home that a read with this scope sees; 0 for none."""
    given = _given(scope)
    sql = _SQL["change_number_of_homes"].replace("{homes}", _homes_where(*given))
    number: int = connection.execute(sql, (scope.tenant, *given.values())).get
    return number


def _given(scope: Scope) -> dict[str, str]:
    names = {"user": scope.user_id, "agent": scope.agent_id, "session": scope.session_id}
    return {kind: name for kind, name in names.items() if name is not None}


@cache
def _homes_where(*kinds: str) -> str:
    """The statement that finds the homes with a tenant and with names of these kinds."""
    return " AND ".join([_SQL["homes_of_tenant"], *(_SQL[f"and_of_{kind}"] for kind in kinds)])


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
    scope_key: int = connection.execute(_WRITES["insert_scope"], (home_key, keys[3])).get
    return scope_key, home_key


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


def _scopes_of_session(connection: apsw.Connection, tenant: str, session: str) -> tuple[int, ...]:
    return tuple(key for (key,) in connection.execute(_SQL["scopes_of_session"], (tenant, session)))


def _keys_condition(column: str, keys: tuple[int, ...]) -> Condition:
    if len(keys) == 1:
        return Condition(f"{column} = ?", keys)
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (keys_to_json(keys),))
