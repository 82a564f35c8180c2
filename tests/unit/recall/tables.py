"""Tables of turns for the tests of ranking."""

from collections.abc import Iterable

import numpy as np

from holdfast.domain.memory import DEFAULT_IMPORTANCE
from holdfast.domain.traits import PERSON, Trait
from holdfast.ports import TurnTable


def table_of(
    keys: Iterable[int],
    *,
    in_talk: bool = True,
    traits: Iterable[Trait] | None = None,
    lengths: Iterable[float] | None = None,
    threads: Iterable[int] | None = None,
    before: Iterable[int] | None = None,
    at: Iterable[int] | None = None,
    names: tuple[str, ...] = (PERSON,),
    voices: Iterable[int] | None = None,
    importance: Iterable[float] | None = None,
    trust: Iterable[float] | None = None,
    last_use: Iterable[int] | None = None,
    feedback: Iterable[float] | None = None,
    outdated: Iterable[float] | None = None,
    inside: int = 1_000_000,
) -> TurnTable:
    """A table of some memories, alike in what is not given."""
    own = list(keys)
    nothing = [0] * len(own)
    return TurnTable(
        keys=np.array(own, np.int64),
        threads=np.array(list(threads or nothing), np.int64),
        before=np.array(list(before or nothing), np.int64),
        in_talk=np.full(len(own), in_talk),
        at=np.array(list(at or nothing), np.int64),
        traits=np.array(list(traits or nothing), np.int32),
        lengths=np.array(list(lengths or nothing), np.float32),
        voices=np.array(list(voices or nothing), np.int32),
        names=names,
        importance=np.array(list(importance or [DEFAULT_IMPORTANCE] * len(own)), np.float32),
        trust=np.array(list(trust or [1.0] * len(own)), np.float32),
        last_use=np.array(list(last_use or nothing), np.int64),
        feedback=np.array(list(feedback or nothing), np.float64),
        outdated=np.array(list(outdated or nothing), np.float64),
        inside=inside,
    )
