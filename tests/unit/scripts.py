"""Replies of a language model, written down for tests."""

from __future__ import annotations

from typing import Any

from holdfast.domain.decision import Change


def operation(verb: str, text: str = "", memory: int | None = None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """One operation of a reply, complete."""
    return {
        "verb": verb, "memory": memory, "text": text, "kind": "semantic", "subject": None, "attribute": None,
        "value": None, "valid_at": None, "time_words": None, "importance": 0.5, "entities": [], **fields,
    }  # fmt: skip


def reply(*operations: dict[str, Any]) -> dict[str, Any]:
    """A reply of these operations."""
    return {"operations": list(operations)}


def home(verb: str, city: str, memory: int | None = None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """That Ana lives somewhere."""
    said = {"subject": "Ana", "attribute": "home", "value": city, "entities": ["Ana", city], **fields}
    return operation(verb, f"Ana lives in {city}", memory, **said)


def told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    """What became of facts, in short."""
    return [(change.event.value, change.memory.text) for change in changes]
