"""The loss of one batch, and its gradient, with or without keeping every text's activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.pairs import Batch, TurnKey


class TrainableEncoder(Protocol):
    """What can be tuned on batches: the encoder, and the static table."""

    def ids_of(self, text: str) -> list[int]:
        """The word pieces of a text."""
        ...

    def embed(self, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
        """The unit vectors of token sequences, with gradients."""
        ...


def info_nce(
    questions: torch.Tensor, candidates: torch.Tensor, allowed: torch.Tensor, *, temperature: float
) -> torch.Tensor:
    """The mean of -log softmax of the right candidate of each question, which is the one of its number.

    Source of the formula: van den Oord et al., Representation Learning with Contrastive Predictive Coding.
    """
    scores = questions @ candidates.T / temperature
    scores = scores.masked_fill(~allowed, float("-inf"))
    return functional.cross_entropy(scores, torch.arange(len(questions), device=scores.device))


def mixed(turns: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The unit vector of each candidate from the vectors of ``batch.turns``."""
    column_of = {turn: column for column, turn in enumerate(batch.turns)}
    weights = torch.zeros(len(batch.candidates), len(column_of), device=turns.device)
    for row, parts in enumerate(batch.candidates):
        for turn, weight in parts:
            weights[row, column_of[turn]] = weight
    return functional.normalize(weights @ turns, dim=1)


def backward(
    encoder: TrainableEncoder,
    batch: Batch,
    text_of: Callable[[TurnKey], str],
    *,
    temperature: float,
    cache_texts: int = 0,
) -> float:
    """Adds the gradient of the batch's loss to the encoder's tensors, and returns the loss.

    With ``cache_texts`` the texts go through twice, at first without gradients and then that many at a
    time, so that memory does not grow with the batch (Gao et al., Scaling Deep Contrastive Learning
    Batch Size under Memory Limited Setup). The gradient is the same, as long as nothing is dropped.
    """
    texts = [*batch.questions, *(text_of(turn) for turn in batch.turns)]
    sequences = [encoder.ids_of(text) for text in texts]
    if not cache_texts:
        loss = _loss(encoder.embed(sequences), batch, temperature)
        loss.backward()
        return float(loss.detach())
    parts = [sequences[start : start + cache_texts] for start in range(0, len(sequences), cache_texts)]
    with torch.no_grad():
        vectors = torch.cat([encoder.embed(part) for part in parts])
    vectors.requires_grad_()
    loss = _loss(vectors, batch, temperature)
    loss.backward()
    if vectors.grad is None:
        raise AssertionError("The loss does not depend on the vectors")
    for part, gradient in zip(parts, vectors.grad.split(cache_texts), strict=True):
        encoder.embed(part).backward(gradient)
    return float(loss.detach())


def _loss(vectors: torch.Tensor, batch: Batch, temperature: float) -> torch.Tensor:
    questions = vectors[: len(batch.questions)]
    candidates = mixed(vectors[len(batch.questions) :], batch)
    allowed = torch.tensor(batch.allowed, device=vectors.device)
    return info_nce(questions, candidates, allowed, temperature=temperature)
