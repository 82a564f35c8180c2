"""What a read may see: the hard filters that come before any ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.query import Filter


@dataclass(frozen=True, slots=True)
class View:
    """The memories that are believed and not expired at ``now`` and that pass the filter.

    ``valid_at`` keeps those that were true in the world at that instant; without it those stay out that have
    ceased to be true. Archived ones stay out unless they are asked for.
    """

    now: datetime
    filter: Filter | None = None
    valid_at: datetime | None = None
    include_archived: bool = False
