"""A language model of a few thousand random numbers, as a file that llama.cpp can run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

WIDTH = 32
HEADS = 2
LAYERS = 2
CONTEXT = 8_192
FEED_FORWARD = 64
START, END = "<|start|>", "<|end|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"
)


def write_tiny_model(path: Path, gguf: Any, *, seed: int = 1) -> None:  # noqa: ANN401 (a module that may be missing)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    vocabulary = add_vocabulary(writer, gguf)
    for name, values in weights(vocabulary, np.random.default_rng(seed)).items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_vocabulary(writer: Any, gguf: Any) -> int:  # noqa: ANN401 (likewise)
    """One token for each byte, and two that mark the start and the end."""
    tokens = [*byte_letters(), START, END]
    types = [gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * 2
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(["Ġ t"])  # a list must not be empty; no token is called Ġt, so it merges nothing
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(257)
    writer.add_chat_template(CHAT_TEMPLATE)
    return len(tokens)


def byte_letters() -> list[str]:
    """The letters that stand for bytes in a byte-level vocabulary (GPT-2): visible ones for themselves."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = {byte: chr(byte) for byte in visible} | {
        byte: chr(256 + place) for place, byte in enumerate(hidden)
    }
    return [letters[byte] for byte in range(256)]


def weights(vocabulary: int, chance: np.random.Generator) -> dict[str, np.ndarray[Any, Any]]:
    def random(*shape: int) -> np.ndarray[Any, Any]:
        return chance.normal(0, 0.5, shape).astype(np.float32)

    found = {
        "token_embd.weight": random(vocabulary, WIDTH),
        "output_norm.weight": np.ones(WIDTH, np.float32),
        "output.weight": random(vocabulary, WIDTH),
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        found |= {f"{block}{name}.weight": np.ones(WIDTH, np.float32) for name in ("attn_norm", "ffn_norm")}
        found |= {f"{block}attn_{name}.weight": random(WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        found |= {f"{block}ffn_{name}.weight": random(FEED_FORWARD, WIDTH) for name in ("gate", "up")}
        found[f"{block}ffn_down.weight"] = random(WIDTH, FEED_FORWARD)
    return found
