"""One stored statement, its sources, and the contents it had before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.domain.message import Message, Role, fingerprint
from holdfast.domain.origin import Origin, trust_of
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.metadata import Metadata
    from holdfast.domain.scope import Scope
    from holdfast.domain.statement import Statement

__all__ = [
    "DEFAULT_IMPORTANCE", "Kind", "Memory", "Origin", "Source", "State", "Tier", "Version", "first_version",
    "followed", "indexed_text", "origin_of", "present_version", "read_expiry", "read_importance", "trust_of",
]  # fmt: skip

DEFAULT_IMPORTANCE = 0.5


class Kind(StrEnum):
    """What a memory states: something said, something known, or something to do."""

    EPISODIC = "episodic"
    SEMANTIC = "semantic"
    PROCEDURAL = "procedural"


class Tier(StrEnum):
    """How a memory can be found: in a session's ring, by words, or by meaning too."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class State(StrEnum):
    """Where a memory stands in its life."""

    ACTIVE = "active"
    ARCHIVED = "archived"


_ORIGIN_BY_ROLE = {
    Role.USER: Origin.USER,
    Role.SYSTEM: Origin.USER,
    Role.ASSISTANT: Origin.ASSISTANT,
    Role.TOOL: Origin.TOOL,
}


def origin_of(role: Role, given: Origin | None = None) -> Origin:
    """Where the words of a speaker in that role come from.

    The origin that a caller gives counts where it is trusted less than the role, never where more.

    Example:
        >>> origin_of(Role.USER, Origin.DOCUMENT), origin_of(Role.TOOL, Origin.USER)
        (<Origin.DOCUMENT: 'document'>, <Origin.TOOL: 'tool'>)
    """
    own = _ORIGIN_BY_ROLE[role]
    return own if given is None or trust_of(given) >= trust_of(own) else given


@dataclass(frozen=True, slots=True)
class Source:
    """The link from a memory to the message that it came from.

    ``message_id`` is the caller's own id of the message, when it had one.
    """

    episode_id: str
    position: int
    message_id: str | None
    role: Role
    name: str | None
    at: datetime

    @property
    def speaker(self) -> str:
        """The name a reader would put before the words."""
        return self.name or self.role.value


@dataclass(frozen=True, slots=True)
class Memory:
    """One stored statement, as it is now.

    ``valid_at`` and ``invalid_at`` say when it was true in the world; ``created_at`` and
    ``expired_at`` when the system began and ceased to believe it; after ``expires_at`` no read
    returns it. ``importance`` and ``trust`` lie between 0 and 1. ``useful_count`` and ``useless_count`` are
    what feedback said of it; ``access_count`` and ``accessed_at`` how often, and when last, it was of use.
    ``statement`` is what it states, where that is known.
    """

    id: str
    text: str
    scope: Scope
    kind: Kind
    tier: Tier
    state: State
    origin: Origin
    trust: float
    importance: float
    metadata: Metadata = field(hash=False)
    entities: tuple[str, ...]
    sources: tuple[Source, ...]
    version: int
    valid_at: datetime
    invalid_at: datetime | None
    created_at: datetime
    updated_at: datetime
    expired_at: datetime | None
    expires_at: datetime | None
    accessed_at: datetime | None
    access_count: int
    useful_count: int = 0
    useless_count: int = 0
    statement: Statement | None = None

    @property
    def category(self) -> str | None:
        """The ``category`` of the metadata."""
        value = self.metadata.get("category")
        return value if isinstance(value, str) else None

    @property
    def tags(self) -> tuple[str, ...]:
        """The ``tags`` of the metadata."""
        value = self.metadata.get("tags")
        return tuple(str(tag) for tag in value) if isinstance(value, tuple) else ()

    @property
    def speaker(self) -> str | None:
        """Who said it, when somebody did."""
        return self.sources[0].speaker if self.sources else None

    @property
    def spoken_by(self) -> str | None:
        """The name that the indexes put before the words; what is derived says itself whom it is about."""
        return self.sources[0].name if self.sources and self.origin is not Origin.DERIVED else None

    @property
    def is_deleted(self) -> bool:
        """Whether it was deleted; ``restore`` brings it back."""
        return self.expired_at is not None

    def is_current(self, now: datetime) -> bool:
        """Whether it has not ceased to be true."""
        return self.invalid_at is None or self.invalid_at > now

    def is_known(self, now: datetime) -> bool:
        """Whether saying it again at ``now`` says nothing new."""
        return self.is_visible(now) and self.is_current(now)

    def is_visible(self, now: datetime) -> bool:
        """Whether a read at ``now`` may return it."""
        return self.expired_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Version:
    """A content that a memory had or has: what, since when, and why it came about.

    ``change_id`` is that of the change that brought it about, which others may share: ``undo`` takes it.
    """

    memory_id: str
    version: int
    event: str
    text: str
    importance: float
    metadata: Metadata = field(hash=False)
    expires_at: datetime | None
    deleted: bool
    recorded_at: datetime
    reason: str | None
    kind: Kind
    tier: Tier
    state: State
    trust: float
    valid_at: datetime
    invalid_at: datetime | None
    statement: Statement | None
    change_id: str
    by: str | None = None


def change_id_of(memory_id: str, version: int) -> str:
    """The id of the change that brought a version about, where it is not a part of another."""
    return f"{memory_id}:{version}"


def first_version(memory: Memory) -> Version:
    """The only version of a memory that was never changed."""
    return replace(
        present_version(memory, event="memory.created", reason=None), recorded_at=memory.created_at
    )


def present_version(
    memory: Memory, *, event: str, reason: str | None, change: str | None = None, by: str | None = None
) -> Version:
    """The version that the memory has now, the event that brought it about, and who did so.

    ``change`` is the id of the change that it is a part of; None for one of its own.
    """
    return Version(
        memory_id=memory.id,
        version=memory.version,
        event=event,
        text=memory.text,
        importance=memory.importance,
        metadata=memory.metadata,
        expires_at=memory.expires_at,
        deleted=memory.is_deleted,
        recorded_at=memory.updated_at,
        reason=reason,
        kind=memory.kind,
        tier=memory.tier,
        state=memory.state,
        trust=memory.trust,
        valid_at=memory.valid_at,
        invalid_at=memory.invalid_at,
        statement=memory.statement,
        change_id=change or change_id_of(memory.id, memory.version),
        by=by,
    )


def indexed_text(name: str | None, text: str) -> str:
    """What the indexes see of a memory: its words behind the name of who said them."""
    return f"{name}: {text}" if name else text


def followed(digest: bytes, before: Memory, after: Memory) -> bytes:
    """The fingerprint of a memory's message after its text was changed.

    It follows the text where nothing but the words tells the message apart, so that saying the old words
    again is new. A message with an id or a time of its own stays known by what was said.
    """
    if before.text == after.text or not before.sources:
        return digest
    source = before.sources[0]
    said = Message(source.role, before.text, source.name)
    return fingerprint(replace(said, content=after.text)) if digest == fingerprint(said) else digest


def read_importance(value: object) -> float:
    """An importance between 0 and 1; the default where none is given.

    Raises:
        InvalidInput: ``invalid_importance``.
    """
    if value is None:
        return DEFAULT_IMPORTANCE
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InvalidInput(
            f"importance must be a number from 0 to 1, not {value!r}", code="invalid_importance"
        )
    return float(value)


def read_expiry(value: datetime | None, *, now: datetime) -> datetime | None:
    """An expiry that lies ahead.

    Raises:
        InvalidInput: ``expiry_in_the_past``.
    """
    if value is not None and value <= now:
        raise InvalidInput(
            f"expires_at {value.isoformat()} is not in the future: it would never be returned",
            code="expiry_in_the_past",
        )
    return value
