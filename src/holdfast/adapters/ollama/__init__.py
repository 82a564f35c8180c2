"""Ollama by its own API: answers held to a JSON schema, and vectors. Needs the extra ``ollama``."""

from holdfast.adapters.ollama.embedder import OllamaEmbedder
from holdfast.adapters.ollama.language_model import OllamaLanguageModel

__all__ = ["OllamaEmbedder", "OllamaLanguageModel"]
