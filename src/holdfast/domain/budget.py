"""How many tokens a text takes, and which texts fit into a budget."""

from __future__ import annotations

import math
import re

from holdfast import limits
from holdfast.errors import InvalidInput

_WORD_OR_MARK = re.compile(r"[^\W_]+|[^\s]", re.UNICODE)
_CHARACTERS_PER_TOKEN = 4


def estimate_tokens(text: str) -> int:
    """A count that no common tokenizer exceeds on ordinary prose.

    Each run of letters or digits costs one token for every four characters, every other visible
    character one, and characters beyond ASCII two: GPT and Llama tokenizers split words into pieces of
    about four characters and rare scripts into bytes. The estimate errs upwards.

    Example:
        >>> estimate_tokens("I moved to Berlin in March.")
        9
    """
    return sum(_cost(match[0]) for match in _WORD_OR_MARK.finditer(text))


def _cost(piece: str) -> int:
    if piece.isascii():
        return math.ceil(len(piece) / _CHARACTERS_PER_TOKEN)
    return sum(1 if character.isascii() else 2 for character in piece)


def read_max_tokens(value: object) -> int:
    """A token budget of at least one.

    Raises:
        InvalidInput: ``invalid_budget``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limits.CONTEXT_TOKENS_MAX:
        raise InvalidInput(
            f"max_tokens must be a whole number from 1 to {limits.CONTEXT_TOKENS_MAX:,}, not {value!r}",
            code="invalid_budget",
        )
    return value
