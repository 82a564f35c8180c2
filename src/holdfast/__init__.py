"""Persistent memory for AI agents: one file, offline, with real semantic recall.

Importing this does nothing; a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.async_engine import AsyncHoldfast
    from holdfast.delivery import Subscription
    from holdfast.domain.decision import AddResult, Change, Decision
    from holdfast.domain.difference import Difference, DifferenceKind, Differences
    from holdfast.domain.entity import RelatedMemory, Relation
    from holdfast.domain.events import EventType, MemoryEvent, Subscriber
    from holdfast.domain.job import Job, JobCounts, JobState
    from holdfast.domain.memory import Kind, Memory, Origin, Source, State, Tier, Version
    from holdfast.domain.message import Message, Role
    from holdfast.domain.past import Undone
    from holdfast.domain.query import Page
    from holdfast.domain.ranking import Context, Hit, Part, SearchResult, Signal
    from holdfast.domain.rendering import ContextFormat
    from holdfast.domain.scope import Scope
    from holdfast.domain.spending import ModelSpent
    from holdfast.domain.why_not import Lack, Reason, WhyNot
    from holdfast.engine import Holdfast
    from holdfast.errors import (
        BackendError,
        BackendRejected,
        BackendUnavailable,
        Conflict,
        HoldfastError,
        InvalidInput,
        LimitExceeded,
        NotFound,
        PermissionDenied,
    )
    from holdfast.ports import (
        Completion,
        Embedder,
        EmbedderIdentity,
        LanguageModel,
        ModelIdentity,
        StoreStats,
        Usage,
    )

    __version__: str

__all__ = [
    "AddResult",
    "AsyncHoldfast",
    "BackendError",
    "BackendRejected",
    "BackendUnavailable",
    "Change",
    "Completion",
    "Conflict",
    "Context",
    "ContextFormat",
    "Decision",
    "Difference",
    "DifferenceKind",
    "Differences",
    "Embedder",
    "EmbedderIdentity",
    "EventType",
    "Hit",
    "Holdfast",
    "HoldfastError",
    "InvalidInput",
    "Job",
    "JobCounts",
    "JobState",
    "Kind",
    "Lack",
    "LanguageModel",
    "LimitExceeded",
    "Memory",
    "MemoryEvent",
    "Message",
    "ModelIdentity",
    "ModelSpent",
    "NotFound",
    "Origin",
    "Page",
    "Part",
    "PermissionDenied",
    "Reason",
    "RelatedMemory",
    "Relation",
    "Role",
    "Scope",
    "SearchResult",
    "Signal",
    "Source",
    "State",
    "StoreStats",
    "Subscriber",
    "Subscription",
    "Tier",
    "Undone",
    "Usage",
    "Version",
    "WhyNot",
    "__version__",
]

_MODULES = {
    "async_engine": ("AsyncHoldfast",),
    "delivery": ("Subscription",),
    "domain.decision": ("AddResult", "Change", "Decision"),
    "domain.difference": ("Difference", "DifferenceKind", "Differences"),
    "domain.entity": ("RelatedMemory", "Relation"),
    "domain.events": ("EventType", "MemoryEvent", "Subscriber"),
    "domain.job": ("Job", "JobCounts", "JobState"),
    "domain.memory": ("Kind", "Memory", "Origin", "Source", "State", "Tier", "Version"),
    "domain.message": ("Message", "Role"),
    "domain.past": ("Undone",),
    "domain.query": ("Page",),
    "domain.ranking": ("Context", "Hit", "Part", "SearchResult", "Signal"),
    "domain.rendering": ("ContextFormat",),
    "domain.scope": ("Scope",),
    "domain.spending": ("ModelSpent",),
    "domain.why_not": ("Lack", "Reason", "WhyNot"),
    "engine": ("Holdfast",),
    "errors": (
        "BackendError",
        "BackendRejected",
        "BackendUnavailable",
        "Conflict",
        "HoldfastError",
        "InvalidInput",
        "LimitExceeded",
        "NotFound",
        "PermissionDenied",
    ),
    "ports": (
        "Completion",
        "Embedder",
        "EmbedderIdentity",
        "LanguageModel",
        "ModelIdentity",
        "StoreStats",
        "Usage",
    ),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("importlib.metadata").version("holdfast")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
