"""The only reader of the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from holdfast.errors import InvalidInput

Number = TypeVar("Number", int, float)

STORE_FILE = "memory.db"
DEFAULT_EMBEDDER = "minilm"
_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})

_KEYS_OF_PROVIDERS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
}
"""The variables that each provider's own libraries read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, where the caller says nothing.

    A dataclass of our own rather than pydantic-settings: importing that takes 270 to 290 ms, and a cold
    process may take 400 ms to its first answer.
    """

    home: str | None
    store: str | None
    key: str | None
    user: str | None
    embedder: str
    infer: bool
    redact: bool = True
    model: str | None = None
    model_url: str | None = None
    model_key: str | None = field(default=None, repr=False)
    embedder_url: str | None = None
    embedder_key: str | None = field(default=None, repr=False)
    ollama_host: str | None = None
    provider_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    model_tokens_per_day: int | None = None
    model_usd_per_day: float | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings in the variables of ``docs/configuration.md``; an empty one counts as absent.

        Raises:
            InvalidInput: ``invalid_setting`` for one that is to be a number, or yes or no, and is not.
        """
        source = os.environ if environment is None else environment
        given = {name: value for name, value in source.items() if value}
        return cls(
            home=given.get("HOLDFAST_HOME"),
            store=given.get("HOLDFAST_STORE"),
            key=given.get("HOLDFAST_KEY"),
            user=given.get("HOLDFAST_USER"),
            embedder=given.get("HOLDFAST_EMBEDDER", DEFAULT_EMBEDDER),
            infer=_yes_or_no(given, "HOLDFAST_INFER", default=True),
            redact=_yes_or_no(given, "HOLDFAST_REDACT", default=True),
            model=given.get("HOLDFAST_MODEL"),
            model_url=given.get("HOLDFAST_MODEL_URL"),
            model_key=given.get("HOLDFAST_MODEL_KEY"),
            embedder_url=given.get("HOLDFAST_EMBEDDER_URL"),
            embedder_key=given.get("HOLDFAST_EMBEDDER_KEY"),
            ollama_host=given.get("OLLAMA_HOST"),
            provider_keys={
                provider: given[variable]
                for provider, variable in _KEYS_OF_PROVIDERS.items()
                if variable in given
            },
            model_tokens_per_day=_number(given, "HOLDFAST_MODEL_TOKENS_PER_DAY", int),
            model_usd_per_day=_number(given, "HOLDFAST_MODEL_USD_PER_DAY", float),
        )

    def default_store(self) -> str:
        """The store that is meant when none is named; its folder is made, for this user alone.

        Raises:
            InvalidInput: ``home_unusable`` when the folder cannot be made.
        """
        if self.store:
            return self.store
        home = Path(self.home or _user_data_dir())
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInput(
                f"the folder {home} cannot be made ({error.strerror}): set HOLDFAST_HOME",
                code="home_unusable",
                path=str(home),
            ) from error
        return str(home / STORE_FILE)


def _yes_or_no(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    said = given.get(name, "yes" if default else "no").casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise InvalidInput(f"{name} must be yes or no, not {given[name]!r}", code="invalid_setting", name=name)


def _number(given: Mapping[str, str], name: str, kind: Callable[[str], Number]) -> Number | None:
    if name not in given:
        return None
    try:
        number = kind(given[name])
    except ValueError:
        number = kind("-1")
    if not 0 <= number < math.inf:
        raise InvalidInput(
            f"{name} must be a number of at least 0, not {given[name][:40]!r}",
            code="invalid_setting",
            name=name,
        )
    return number


def _user_data_dir() -> str:
    platformdirs = import_module("platformdirs")  # 10 ms that only a store without a path needs
    return str(platformdirs.user_data_dir("holdfast", appauthor=False))
