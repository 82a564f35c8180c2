"""What memories were: a content that one had, at which instant it stood, and what can be seen of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.memory import Memory, Version


def version_at(versions: Sequence[Version], instant: datetime) -> Version | None:
    """The version that stood at an instant, of all in order; None before the first."""
    stood = [version for version in versions if version.recorded_at <= instant]
    return stood[-1] if stood else None


def as_it_was(memory: Memory, version: Version) -> Memory:
    """The memory with the content of a version.

    What no version keeps stays as it is: its sources and entities, how often it was of use, and feedback.
    """
    return replace(
        memory,
        text=version.text,
        kind=version.kind,
        tier=version.tier,
        state=version.state,
        trust=version.trust,
        importance=version.importance,
        metadata=version.metadata,
        statement=version.statement,
        version=version.version,
        valid_at=version.valid_at,
        invalid_at=version.invalid_at,
        updated_at=version.recorded_at,
        expired_at=version.recorded_at if version.deleted else None,
        expires_at=version.expires_at,
    )
