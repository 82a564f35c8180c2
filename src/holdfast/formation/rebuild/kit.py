"""What a rebuild works with: the store, and another one in which it derives everything anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from holdfast.formation.kit import FormationKit

if TYPE_CHECKING:
    from holdfast.domain.scope import Scope
    from holdfast.formation.learn import LearningKit
    from holdfast.ports import Backend

Progress = Callable[[int, int], None]


class RebuildKit(NamedTuple):
    """What this recipe works with.

    Attributes:
        present: the store that is to be rebuilt.
        shadow: what is derived anew, with episodes that have no words.
        learning: who reads, on the shadow; its model is None where rules do.
        scope: whose facts; None for the whole store.
        progress: hears (episodes read, of how many), then (facts switched, of how many).
    """

    present: FormationKit
    shadow: Backend
    learning: LearningKit
    scope: Scope | None
    progress: Progress
