"""What a read may see: the hard filters that come before any ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.domain.instant import Instant, iso, read_instant
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.query import Filter


@dataclass(frozen=True, slots=True)
class View:
    """The memories that are believed and not expired at ``now`` and that pass the filter.

    ``valid_at`` keeps those that were true in the world at that instant; without it those stay out that have
    ceased to be true. Archived ones stay out unless they are asked for. With ``as_of`` they are as the system
    knew them at that instant, which ``now`` is then too.
    """

    now: datetime
    filter: Filter | None = None
    valid_at: datetime | None = None
    include_archived: bool = False
    as_of: datetime | None = None


def read_as_of(value: Instant | None, *, now: datetime) -> datetime | None:
    """An instant whose knowledge is asked for; None for the present.

    Raises:
        InvalidInput: ``invalid_time``, or ``as_of_in_the_future``.
    """
    if value is None:
        return None
    instant = read_instant(value, what="as_of")
    if instant > now:
        raise InvalidInput(
            f"as_of {iso(instant)} lies in the future: what will be known then is not known now",
            code="as_of_in_the_future",
        )
    return instant
