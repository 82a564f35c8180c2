"""The JSON shapes: the public fields of what the engine returns, under the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from holdfast.domain.instant import iso

if TYPE_CHECKING:
    from holdfast.domain.decision import AddResult
    from holdfast.domain.query import Page
    from holdfast.domain.ranking import Context, Hit, Part, SearchResult
    from holdfast.domain.why_not import WhyNot
    from holdfast.errors import HoldfastError

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
Json: TypeAlias = dict[str, JsonValue]


def object_document(value: object) -> Json:
    """The same for a dataclass."""
    return {field.name: document(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]  # every caller has one


def document(value: object) -> JsonValue:
    """A value of the public face as JSON: its fields by name, times in ISO 8601, enums as their texts."""
    match value:
        case Enum():
            return document(value.value)
        case None | str() | bool() | int() | float():
            return value
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): document(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):  # a named one
            return document(value._asdict())
        case tuple() | list():
            return [document(item) for item in value]
        case _ if is_dataclass(value):
            return dict(object_document(value))
        case _:
            raise TypeError(f"no JSON shape for {type(value).__name__}")


def add_document(result: AddResult) -> Json:
    """What an ``add`` did."""
    return {
        "episode_id": result.episode_id,
        "status": result.status,
        "changes": document(result.changes),
        "facts": document(result.facts),
        "redacted": document(result.redacted),
        "usage": document(result.usage),
        "cost": result.cost,
        "waiting_for": document(result.waiting_for),
    }


def search_document(result: SearchResult, scope: Json) -> Json:
    """The hits of a search; with ``explain``, the parts of each score."""
    return {"query": result.query, "scope": scope, "hits": [_hit(hit) for hit in result]}


def why_not_document(why: WhyNot, scope: Json) -> Json:
    """Why a memory is not among the hits, with every signal of it and of the last hit."""
    return {
        "query": why.query,
        "scope": scope,
        "memory_id": why.memory_id,
        "reason": why.reason.value,
        "sentence": why.sentence,
        "unmet": document(why.unmet),
        "rank": why.rank,
        "score": why.score,
        "last_score": why.last_score,
        "nearest_rank": why.nearest_rank,
        "needed_rank": why.needed_rank,
        "signals": [
            {
                "signal": lack.signal.value,
                "difference": lack.difference,
                "own": _part(lack.own),
                "last": _part(lack.of_last),
            }
            for lack in why.lacks
        ],
        "memory": document(why.memory),
    }


def context_document(context: Context, scope: Json) -> Json:
    """A block for a prompt, and the memories in it."""
    return {
        "scope": scope,
        "format": context.format.value,
        "text": context.text,
        "tokens": context.tokens,
        "memories": document(context.memories),
    }


def page_document(page: Page, scope: Json) -> Json:
    """A page of memories."""
    return {"scope": scope, "memories": document(page.memories), "after": page.after}


def error_document(error: HoldfastError) -> Json:
    """What went wrong, for programs."""
    return {"code": error.code, "message": error.message, "fields": document(error.fields)}


def _hit(hit: Hit) -> Json:
    shape: Json = {"score": hit.score, "memory": document(hit.memory), "also": document(hit.also)}
    if hit.parts:
        shape["parts"] = [_part(part) for part in hit.parts]
    return shape


def _part(part: Part) -> Json:
    return {
        "signal": part.signal.value,
        "raw": part.raw,
        "normalised": part.normalised,
        "weight": part.weight,
        "contribution": part.contribution,
        "rank": part.rank,
    }
