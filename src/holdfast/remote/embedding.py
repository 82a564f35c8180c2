"""Vectors from a server: texts sent in batches, what comes back checked and brought to length 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from holdfast import limits
from holdfast.remote import failures

if TYPE_CHECKING:
    from holdfast.ports import Vectors


_AXES = 2  # texts, numbers


class Prefixes(NamedTuple):
    """What a family of encoders was trained to see before a text to be found, and before a query."""

    document: str = ""
    query: str = ""


_PREFIXES = {
    "nomic-embed-text": Prefixes("search_document: ", "search_query: "),
    "embeddinggemma": Prefixes("title: none | text: ", "task: search result | query: "),
    "mxbai-embed-large": Prefixes(query="Represent this sentence for searching relevant passages: "),
    "snowflake-arctic-embed": Prefixes(query="Represent this sentence for searching relevant passages: "),
    "bge-large": Prefixes(query="Represent this sentence for searching relevant passages: "),
    "e5-": Prefixes("passage: ", "query: "),
    "qwen3-embedding": Prefixes(
        query="Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
    ),
}
"""As the encoders' own pages give them. Without them they find less, and servers do not add them."""


def prefixes_of(model: str) -> Prefixes:
    """The prefixes of a model, known by its name; none for a name that is not known.

    Example:
        >>> prefixes_of("nomic-embed-text:v1.5").query
        'search_query: '
    """
    name = model.casefold()
    return next((prefixes for family, prefixes in _PREFIXES.items() if family in name), Prefixes())


def embed_in_batches(
    texts: Sequence[str], ask: Callable[[Sequence[str]], object], *, dimension: int, server: str
) -> Vectors:
    """The vectors of the texts: shape (texts, dimension), rows of length 1.

    ``ask`` sends a batch and gives the server's list of vectors.

    Raises:
        BackendRejected: ``model_answer_unreadable`` for what is no such list.
    """
    vectors = np.zeros((len(texts), dimension), np.float32)
    for start, batch in _batches([readable(text) for text in texts]):
        vectors[start : start + len(batch)] = unit_rows(
            ask(batch), count=len(batch), dimension=dimension, server=server
        )
    return vectors


def unit_rows(given: object, *, count: int, dimension: int | None, server: str) -> Vectors:
    """A server's list of vectors as rows of length 1.

    Raises:
        BackendRejected: ``model_answer_unreadable`` for another shape, or for what is no number or no length.
    """
    try:
        rows = np.asarray(given, np.float64)
    except (ValueError, TypeError) as error:
        raise failures.answer_unreadable(
            server, "its vectors are no lists of numbers of one length"
        ) from error
    width = rows.shape[1] if rows.ndim == _AXES else 0
    wanted = (count, width if dimension is None else dimension)
    if rows.shape != wanted or not 0 < width <= limits.REMOTE_EMBEDDING_DIMENSION_MAX:
        raise failures.answer_unreadable(server, f"its vectors have the shape {rows.shape}, not {wanted}")
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(rows).all() or not np.isfinite(lengths).all() or not lengths.all():
        raise failures.answer_unreadable(server, "a vector of it has no length")
    unit: Vectors = (rows / lengths).astype(np.float32)
    return unit


def readable(text: str) -> str:
    """The beginning of a text, such as every server takes: no lone surrogates or NULs, and not nothing."""
    beginning = text[: limits.REMOTE_EMBEDDING_CHARACTERS_MAX].replace("\x00", " ")
    paired = beginning.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired if paired.strip() else "."


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    size = limits.REMOTE_EMBEDDING_BATCH_TEXTS
    return ((start, texts[start : start + size]) for start in range(0, len(texts), size))
