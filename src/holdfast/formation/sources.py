"""What a memory cites: the message that it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.domain.memory import Source

if TYPE_CHECKING:
    from holdfast.domain.message import Episode


def source_of(episode: Episode, position: int) -> Source:
    """The link to one message of an episode."""
    message = episode.messages[position]
    return Source(
        episode_id=episode.id,
        position=position,
        message_id=message.id,
        role=message.role,
        name=message.name,
        at=message.at or episode.created_at,
    )
