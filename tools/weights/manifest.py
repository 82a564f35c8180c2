"""Writes the files of one embedder, and the manifest that says what they are."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from weights.source import ORIGINAL_SHA256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from holdfast.ports import EmbedderIdentity
    from weights.source import Source

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
TUNED_BY = "training/ of the Holdfast repository"
LICENCE = "Apache-2.0"


def write_weights(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    identity: EmbedderIdentity,
    source: Source,
    made: str,
) -> None:
    """Writes the files and ``manifest.json`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    manifest = {
        "id": identity.id,
        "revision": identity.revision,
        "dimension": identity.dimension,
        "licence": LICENCE,
        "source": _source(source),
        "made": made,
        "files": [_described(name, content) for name, content in files.items()],
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def _source(source: Source) -> dict[str, str]:
    tuned = {} if source.sha256 == ORIGINAL_SHA256 else {"tuned_by": TUNED_BY}
    return {"model": MODEL, **tuned, "file": "model.safetensors", "sha256": source.sha256}


def _described(name: str, content: bytes) -> dict[str, str | int]:
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "bytes": len(content), "sha256": digest}
