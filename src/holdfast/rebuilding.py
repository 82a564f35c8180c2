"""Opens what a rebuild needs: the extractor, and the shadow in which it derives everything anew.

By rules, or where the store is no file, the shadow is in memory. That of a model is a file beside the store,
encrypted if that is, so that a second call goes on where the first one stopped, and asks for nothing twice.
"""

from __future__ import annotations

from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from holdfast.composition import open_backend, open_language_model
from holdfast.domain.extractor import RULES
from holdfast.domain.scope import DEFAULT_TENANT, Scope
from holdfast.domain.spending import DailyBudget
from holdfast.errors import InvalidInput
from holdfast.formation.kit import FormationKit
from holdfast.formation.learn import LearningKit
from holdfast.formation.prompt.template import load_template
from holdfast.formation.rebuild.kit import RebuildKit
from holdfast.formation.rebuild.recipe import rebuild
from holdfast.ports import Backend

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from holdfast.domain.rebuilding import Rebuilt
    from holdfast.domain.spending import Spent
    from holdfast.formation.rebuild.kit import Progress
    from holdfast.ports import (
        Embedder,
        EmbedderIdentity,
        LanguageModel,
        SpendingLedger,
        Usage,
        Vector,
        Vectors,
    )
    from holdfast.settings import Settings

_IN_MEMORY = ":memory:"
_MARK = ".rebuild-"


class Place(NamedTuple):
    """Where the store is, and what opens it."""

    store: str | Path | Backend
    key: str | None


def rebuild_scope(
    *, user_id: str | None, agent_id: str | None, session_id: str | None, tenant: str | None
) -> Scope | None:
    """Whose facts are derived anew; None for the whole store.

    Raises:
        InvalidInput: ``session_has_owner`` for a session of a user or agent.
    """
    if session_id is not None and (user_id is not None or agent_id is not None):
        raise InvalidInput(
            "facts of all sessions of a user or agent replace one another: leave the session out; alone it "
            "stands for a session that belongs to nobody",
            code="session_has_owner",
        )
    if user_id is agent_id is session_id is tenant is None:
        return None
    return Scope.whole_tenant(
        user_id=user_id, agent_id=agent_id, session_id=session_id, tenant=tenant or DEFAULT_TENANT
    )


def run_rebuild(
    model: str | LanguageModel,
    scope: Scope | None,
    *,
    switches: bool,
    progress: Progress | None,
    backend: Backend,
    formation: FormationKit,
    place: Place,
    settings: Settings,
) -> Rebuilt:
    """Derive the facts of a scope anew and compare or, if it ``switches``, switch.

    Raises:
        HoldfastError: as the model is opened, and as ``formation.rebuild`` raises it.
    """
    reader = _opened(model, settings)
    path = _shadow_path(place, reader, scope, formation.embedder.identity)
    shadow = open_backend(path, formation.embedder.identity, key=None if path == _IN_MEMORY else place.key)
    embedder = formation.embedder if reader is not None else _Blank(formation.embedder)
    learning = LearningKit(
        FormationKit(shadow.store, embedder, formation.clock, formation.ids, formation.redactor),
        shadow.vectors,
        _Both(backend.spending, shadow.spending),
        DailyBudget(settings.model_tokens_per_day, settings.model_usd_per_day),
        reader,
    )
    with closing(shadow.store):
        kit = RebuildKit(formation, shadow, learning, scope, progress or _unheard)
        rebuilt = rebuild(kit, switches=switches)
    if rebuilt.switched and path != _IN_MEMORY:
        _remove(Path(path))
    return rebuilt


def discard(place: Place) -> int:
    """Remove the comparisons that lie beside a store; how many there were."""
    if not _is_file(place):
        return 0
    store = _path_of(place)
    found = [
        path
        for path in store.parent.glob(f"{_escaped(store.name)}{_MARK}*")
        if not path.name.endswith(("-wal", "-shm"))
    ]
    for path in found:
        _remove(path)
    return len(found)


def _opened(model: str | LanguageModel, settings: Settings) -> LanguageModel | None:
    if model == RULES:
        return None
    return open_language_model(model, settings) if isinstance(model, str) else model


def _shadow_path(
    place: Place, reader: LanguageModel | None, scope: Scope | None, identity: EmbedderIdentity
) -> str:
    """The file of what one model reads in one scope; in memory where none is needed or possible."""
    if reader is None or not _is_file(place):
        return _IN_MEMORY
    what = "\0".join((str(reader.identity), str(load_template()), repr(scope), str(identity)))
    return f"{_path_of(place)}{_MARK}{blake2b(what.encode(), digest_size=8).hexdigest()}"


def _is_file(place: Place) -> bool:
    return not isinstance(place.store, Backend) and str(place.store) != _IN_MEMORY


def _path_of(place: Place) -> Path:
    return Path(str(place.store)).expanduser()


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _remove(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        each.unlink(missing_ok=True)


def _unheard(done: int, total: int) -> None:
    """Nobody watches."""


class _Both(NamedTuple):
    """Counts what a model takes for the store's day, and for the comparison."""

    present: SpendingLedger
    shadow: SpendingLedger

    def record(self, model: str, usage: Usage, cost_usd: float | None, *, calls: int, at: datetime) -> None:
        for ledger in self:
            ledger.record(model, usage, cost_usd, calls=calls, at=at)

    def spent(self, *, at: datetime) -> Spent:
        return self.present.spent(at=at)


class _Blank:
    """The same vector for every text: rules read without looking for what is near."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._one = embedder.embed_documents(["-"])

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._one.repeat(len(texts), axis=0)

    def embed_query(self, text: str) -> Vector:  # noqa: ARG002 (the port's)
        vector: Vector = self._one[0]
        return vector

    def verify(self) -> None:
        self._embedder.verify()
