"""What a clause claims, before it is a fact: not yet dated, weighed or tied to its message."""

from __future__ import annotations

from typing import NamedTuple

from holdfast.domain.entity import EntityKind
from holdfast.domain.memory import Kind


class Claim(NamedTuple):
    """A value of an attribute, and the sentence that says it."""

    subject: str
    attribute: str
    value: str | None
    is_single: bool
    text: str
    retracts: bool = False
    ended: bool = False
    kind: Kind = Kind.SEMANTIC
    value_kind: EntityKind = EntityKind.UNKNOWN


class Told(NamedTuple):
    """A clause in three forms: as it stands, without its words for times, and who speaks it."""

    whole: str
    timeless: str
    speaker: str
