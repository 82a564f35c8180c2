"""The JSON schema of a reply.

Every field is required, what may be absent may be null, and nothing bounds a length or a number: that is what
OpenAI's strict mode, Anthropic, Ollama and the grammars of llama.cpp take alike. The bounds are held when the
reply is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from holdfast.domain.decision import Decision
from holdfast.domain.memory import Kind

_NULL = {"type": "null"}
_TEXT_OR_NULL = {"anyOf": [{"type": "string"}, _NULL]}

_OPERATION = {
    "type": "object",
    "properties": {
        "verb": {"type": "string", "enum": [verb.value for verb in Decision]},
        "memory": {"anyOf": [{"type": "integer"}, _NULL]},
        "text": {"type": "string"},
        "kind": {"type": "string", "enum": [Kind.SEMANTIC.value, Kind.PROCEDURAL.value]},
        "subject": _TEXT_OR_NULL,
        "attribute": _TEXT_OR_NULL,
        "value": _TEXT_OR_NULL,
        "valid_at": _TEXT_OR_NULL,
        "time_words": _TEXT_OR_NULL,
        "importance": {"type": "number"},
        "entities": {"type": "array", "items": {"type": "string"}},
    },
    "required": [
        "verb", "memory", "text", "kind", "subject", "attribute", "value", "valid_at", "time_words",
        "importance", "entities",
    ],
    "additionalProperties": False,
}  # fmt: skip

REPLY_SCHEMA: Final[Mapping[str, object]] = MappingProxyType(
    {
        "type": "object",
        "properties": {"operations": {"type": "array", "items": _OPERATION}},
        "required": ["operations"],
        "additionalProperties": False,
    }
)
