"""The only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from holdfast.errors import InvalidInput

STORE_FILE = "memory.db"
DEFAULT_EMBEDDER = "minilm"


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

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings in ``HOLDFAST_HOME``, ``HOLDFAST_STORE``, ``HOLDFAST_KEY``, ``HOLDFAST_USER`` and
        ``HOLDFAST_EMBEDDER``; an empty one counts as absent.
        """
        given = os.environ if environment is None else environment
        return cls(
            home=given.get("HOLDFAST_HOME") or None,
            store=given.get("HOLDFAST_STORE") or None,
            key=given.get("HOLDFAST_KEY") or None,
            user=given.get("HOLDFAST_USER") or None,
            embedder=given.get("HOLDFAST_EMBEDDER") or DEFAULT_EMBEDDER,
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


def _user_data_dir() -> str:
    platformdirs = import_module("platformdirs")  # 10 ms that only a store without a path needs
    return str(platformdirs.user_data_dir("holdfast", appauthor=False))
