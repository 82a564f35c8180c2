"""What derived a fact: rules, or a language model with a prompt."""

from __future__ import annotations

from typing import NamedTuple

RULES = "rules"


class Extractor(NamedTuple):
    """Who read the messages, as a fact keeps it, so that it can be derived anew by the same means or others.

    Attributes:
        name: ``rules``, or the model as ``provider:name``.
        prompt: the prompt and the digest of its text; None for rules.

    Example:
        >>> str(Extractor("ollama:llama3.2", "extract_facts.v1@0a1b2c3d4e5f6071"))
        'ollama:llama3.2 extract_facts.v1@0a1b2c3d4e5f6071'
        >>> read_extractor("rules").is_model
        False
    """

    name: str
    prompt: str | None = None

    @property
    def is_model(self) -> bool:
        """Whether a language model read them."""
        return self.prompt is not None

    def __str__(self) -> str:
        name = "_".join(self.name.split())
        return name if self.prompt is None else f"{name} {self.prompt}"


def read_extractor(kept: str) -> Extractor:
    """The parts of what a fact keeps as its ``extractor``."""
    name, _, prompt = kept.partition(" ")
    return Extractor(name, prompt or None)
