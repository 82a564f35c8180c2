"""Whose memory it is. Every call has a scope, and none crosses it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from holdfast import limits
from holdfast.domain.text import require_name
from holdfast.errors import InvalidInput

DEFAULT_TENANT = "default"


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids a memory bears, or the ids a read asks for.

    A read matches the memories that bear every id it gives; an id left out does not filter. The
    tenant is always given and never crossed.
    """

    tenant: str
    user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            name = getattr(self, field.name)
            if name is not None or field.name == "tenant":
                require_name(name, what=field.name, characters_max=limits.NAME_CHARACTERS_MAX)

    @classmethod
    def of(
        cls,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        session_id: str | None = None,
        tenant: str = DEFAULT_TENANT,
    ) -> Scope:
        """The scope of one call: at least one of user, agent and session.

        Raises:
            InvalidInput: ``empty_scope`` when none is given; ``invalid_name`` for an unusable id.

        Example:
            >>> Scope.of(user_id="ana").user_id
            'ana'
        """
        if user_id is None and agent_id is None and session_id is None:
            raise InvalidInput(
                "whose memory? give at least one of user_id, agent_id and session_id",
                code="empty_scope",
            )
        return cls(tenant, user_id, agent_id, session_id)

    @classmethod
    def whole_tenant(
        cls,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        session_id: str | None = None,
        tenant: str = DEFAULT_TENANT,
    ) -> Scope:
        """The reach of a call that names one memory by its id: the tenant, narrowed by what is given."""
        return cls(tenant, user_id, agent_id, session_id)

    @property
    def owner(self) -> Scope:
        """Whose facts a statement in this scope is about: those of the user and agent in all their sessions,
        or of the session where there is neither.
        """
        return self if self.user_id is None and self.agent_id is None else replace(self, session_id=None)

    @property
    def person(self) -> Scope:
        """What may have been recalled in this scope: all of the user's, by every agent, in every session."""
        return self.owner if self.user_id is None else replace(self, agent_id=None, session_id=None)

    def covers(self, other: Scope) -> bool:
        """Whether a memory that bears ``other`` is seen by a read that asks for this scope."""
        return self.tenant == other.tenant and all(
            mine is None or mine == theirs
            for mine, theirs in (
                (self.user_id, other.user_id),
                (self.agent_id, other.agent_id),
                (self.session_id, other.session_id),
            )
        )

    def __str__(self) -> str:
        parts = ((f.name.removesuffix("_id"), getattr(self, f.name)) for f in fields(self))
        return " ".join(f"{name}={value}" for name, value in parts if value is not None)
