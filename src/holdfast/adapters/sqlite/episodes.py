"""Episodes as they were said, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.adapters.sqlite.rows import (
    from_blob,
    metadata_from_json,
    optional_instant,
    to_blob,
)
from holdfast.adapters.sqlite.statements import read_statements
from holdfast.domain.instant import from_microseconds
from holdfast.domain.message import Episode, Message, Role
from holdfast.domain.origin import Origin
from holdfast.domain.scope import Scope
from holdfast.errors import NotFound

if TYPE_CHECKING:
    import apsw

_SQL = read_statements("transfer.sql")


def read_episode(connection: apsw.Connection, episode_id: str) -> Episode:
    """The episode with this id.

    Raises:
        NotFound: ``episode_not_found``.
    """
    key = connection.execute(_SQL["key_of_episode"], (to_blob(episode_id),)).get
    if key is None:
        raise NotFound(f"there is no episode {episode_id}", code="episode_not_found", episode_id=episode_id)
    return episode_of_key(connection, key)


def episode_of_key(connection: apsw.Connection, key: int) -> Episode:
    """The episode in a row that is there."""
    identifier, created_at, metadata, *names = connection.execute(_SQL["episode"], (key,)).get
    messages = tuple(
        Message(
            Role(role), content, name, message_id, optional_instant(at), Origin(origin) if origin else None
        )
        for role, name, message_id, at, content, origin in connection.execute(
            _SQL["messages_of_episode"], (key,)
        )
    )
    return Episode(
        from_blob(identifier),
        Scope(*names),
        messages,
        from_microseconds(created_at),
        metadata_from_json(metadata),
    )
