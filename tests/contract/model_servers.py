"""Small servers that answer in the published shapes of Ollama, OpenAI and Anthropic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.loopback import Answer, Reply, Request

MODEL = "tiny"
DIGEST = "sha256:365c0bd3c000a25d28ddbf732fe1c6add414de7275464c4e4d1c3b5fcb5d8ad1"
DIMENSION = 8

Say = Callable[[Request], str]


def ollama(say: Say) -> Reply:
    def reply(request: Request) -> Answer:
        match request.path:
            case "/api/chat":
                return Answer(ollama_chat(say(request)))
            case "/api/embed":
                given = request.body["input"]
                texts: list[str] = given if isinstance(given, list) else [str(given)]
                return Answer({"model": MODEL, "embeddings": [vector_of(text) for text in texts]})
            case "/api/tags":
                entry = {
                    "name": f"{MODEL}:latest", "modified_at": "2026-01-01T12:00:00Z", "size": 7,
                    "digest": DIGEST, "details": {"format": "gguf", "family": "llama"},
                }  # fmt: skip
                return Answer({"models": [entry]})
            case "/api/show":
                information = {"general.architecture": "llama", "llama.context_length": 8192}
                return Answer({"capabilities": ["completion", "tools"], "model_info": information})
        return Answer({"error": "page not found"}, 404)

    return reply


def ollama_chat(said: str) -> dict[str, Any]:
    return {
        "model": MODEL, "created_at": "2026-01-01T12:00:00Z", "done": True, "done_reason": "stop",
        "message": {"role": "assistant", "content": said},
        "total_duration": 9, "prompt_eval_count": 26, "eval_count": 83,
    }  # fmt: skip


def openai(say: Say) -> Reply:
    def reply(request: Request) -> Answer:
        match request.path:
            case "/v1/chat/completions":
                return Answer(openai_chat(say(request)))
            case "/v1/embeddings":
                texts = request.body["input"]
                assert isinstance(texts, list)
                size = request.body.get("dimensions", DIMENSION)
                assert isinstance(size, int)
                data = [
                    {"object": "embedding", "index": n, "embedding": vector_of(text, size)}
                    for n, text in enumerate(texts)
                ]
                return Answer({"object": "list", "data": data[::-1], "model": MODEL})
            case "/v1/models":
                return Answer({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        return Answer({"error": {"message": "no such page"}}, 404)

    return reply


def openai_chat(said: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_268_800, "model": MODEL,
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
        ],
        "usage": {"prompt_tokens": 26, "completion_tokens": 83, "total_tokens": 109},
    }  # fmt: skip


def anthropic(say: Say) -> Reply:
    def reply(request: Request) -> Answer:
        match request.path.partition("?")[0]:
            case "/v1/messages":
                return Answer(anthropic_message(say(request), request))
            case "/v1/models":
                return Answer({"data": [{"id": MODEL, "type": "model"}], "has_more": False})
        return Answer({"type": "error", "error": {"type": "not_found_error", "message": "no such page"}}, 404)

    return reply


def anthropic_message(said: str, request: Request) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": request.body["model"],
        "content": [{"type": "text", "text": said}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 26, "output_tokens": 83},
    }  # fmt: skip


def vector_of(text: str, size: int = DIMENSION) -> list[float]:
    """Not of length 1, and another for each text."""
    return [float((n * 7 + len(text) * 3 + ord(text[n % len(text)])) % 11 + 1) for n in range(size)]
