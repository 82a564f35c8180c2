"""Our messages and schemas as Pydantic AI takes them, and its responses as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.tools import ToolDefinition

from holdfast.adapters.pydantic_ai.dialects import ReplyMode
from holdfast.domain.message import Message, Role

_REPLY = "reply"
_IN_WORDS = "Reply with nothing but one JSON value that keeps to this JSON schema:\n"


def chat_of(messages: Sequence[Message]) -> list[ModelMessage]:
    """The messages in turn."""
    return [_message_of(message) for message in messages]


def with_schema(messages: Sequence[Message], schema: Mapping[str, object]) -> tuple[Message, ...]:
    """The messages with the schema as an instruction, for a server that takes none.

    It joins the instructions that are there: many chat templates take one system message, the first.
    """
    words = _IN_WORDS + json.dumps(dict(schema))
    if messages and messages[0].role is Role.SYSTEM:
        first = replace(messages[0], content=f"{messages[0].content}\n\n{words}")
        return (first, *messages[1:])
    return (Message(Role.SYSTEM, words), *messages)


def parameters_of(schema: Mapping[str, object], mode: ReplyMode) -> ModelRequestParameters:
    """What a request says of its reply."""
    match mode:
        case ReplyMode.SCHEMA:
            output = OutputObjectDefinition(json_schema=_copy(schema), name=_REPLY, strict=True)
            return ModelRequestParameters(output_mode="native", output_object=output)
        case ReplyMode.TOOL:
            tool = ToolDefinition(name=_REPLY, parameters_json_schema=_copy(schema), kind="output")
            return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
        case ReplyMode.WORDS:
            return ModelRequestParameters()


def text_of(response: ModelResponse) -> str:
    """What was said, or what the tool was called with; thoughts are left out."""
    called = [part for part in response.parts if isinstance(part, ToolCallPart)]
    if called:
        return called[0].args_as_json_str()
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))


def _copy(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema with no part shared: the client libraries take such parts to pieces where they stand."""
    copied: dict[str, object] = json.loads(json.dumps(dict(schema)))
    return copied


def _message_of(message: Message) -> ModelMessage:
    match message.role:
        case Role.SYSTEM:
            return ModelRequest(parts=[SystemPromptPart(message.content)])
        case Role.ASSISTANT:
            return ModelResponse(parts=[TextPart(message.content)])
        case Role.USER | Role.TOOL:
            return ModelRequest(parts=[UserPromptPart(message.content)])
