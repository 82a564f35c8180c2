"""A command line with a store of its own, a small encoder, and a user who is set."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def settings(own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "static")
    monkeypatch.setenv("HOLDFAST_USER", "ana")
    for name in ("FORCE_COLOR", "NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
