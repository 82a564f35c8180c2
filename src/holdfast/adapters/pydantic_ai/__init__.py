"""OpenAI, Anthropic and every server that speaks OpenAI's API, by Pydantic AI. Needs the extra ``llm``."""

from holdfast.adapters.pydantic_ai.language_model import PydanticAiLanguageModel

__all__ = ["PydanticAiLanguageModel"]
