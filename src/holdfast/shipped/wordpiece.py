"""Splits text into the word pieces of the BERT vocabulary, as both shipped embedders read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from holdfast.limits import EMBEDDING_CHARACTERS_MAX, EMBEDDING_TOKENS_MAX
from holdfast.shipped.weights import damaged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START_TOKEN = "[CLS]"
END_TOKEN = "[SEP]"
UNKNOWN_TOKEN = "[UNK]"

WORD_CHARACTERS_MAX = 100
"""What BERT was trained with: a longer word is unknown."""


class WordPieces:
    """Ids of word pieces, at most ``EMBEDDING_TOKENS_MAX`` for a text; any ``str`` is welcome.

    The tokenizer is put together here from the bare vocabulary, which loads in 18 ms where the
    usual tokenizer.json takes 30 and is twice as long. Unlike that file it knows no special tokens
    by name: a text that says "[SEP]" is read as the letters it is made of.

    Raises:
        BackendRejected: the vocabulary is not one of BERT's.
    """

    def __init__(self, vocabulary: Path) -> None:
        self._tokenizer = Tokenizer(
            WordPiece(
                _read_ranks(vocabulary),
                unk_token=UNKNOWN_TOKEN,
                max_input_chars_per_word=WORD_CHARACTERS_MAX,
            )
        )
        self._tokenizer.normalizer = BertNormalizer()
        self._tokenizer.pre_tokenizer = BertPreTokenizer()
        self._tokenizer.post_processor = TemplateProcessing(
            single=f"{START_TOKEN} $A {END_TOKEN}",
            special_tokens=[
                (token, _id_of(token, self._tokenizer, vocabulary)) for token in (START_TOKEN, END_TOKEN)
            ],
        )
        self._tokenizer.enable_truncation(EMBEDDING_TOKENS_MAX)

    def framed_ids(self, text: str) -> list[int]:
        """The ids of one text between its start and end token."""
        return self._tokenizer.encode(_readable(text)).ids

    def bare_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, without start and end tokens."""
        readable = [_readable(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(readable, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]


def _read_ranks(vocabulary: Path) -> dict[str, int]:
    try:
        tokens = vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(vocabulary, "it cannot be read") from error
    return {token: rank for rank, token in enumerate(tokens)}


def _id_of(token: str, tokenizer: Tokenizer, vocabulary: Path) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise damaged(vocabulary, f"it has no {token}")
    return found


def _readable(text: str) -> str:
    """The beginning of a text, with lone surrogates replaced: the tokenizer refuses them."""
    beginning = text[:EMBEDDING_CHARACTERS_MAX]
    if beginning.isascii():
        return beginning
    return beginning.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
