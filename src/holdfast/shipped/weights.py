"""Weights files that ship in the wheel, checked against the manifest beside them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import BackendRejected
from holdfast.ports import EmbedderIdentity

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"


class WeightsFile(NamedTuple):
    """One file as it left the build."""

    name: str
    bytes: int
    sha256: str


class ShippedWeights(NamedTuple):
    """The weights of one embedder: whose they are, and files known to be there in full length."""

    folder: Path
    identity: EmbedderIdentity
    files: tuple[WeightsFile, ...]

    def path(self, name: str) -> Path:
        """Where a file of the manifest lies."""
        return self.folder / name

    def verify(self) -> None:
        """Reads every file and compares its hash; takes about 60 ms for 23 MB.

        Raises:
            BackendRejected: a file is missing or is not what was shipped.
        """
        for file in self.files:
            if hashlib.sha256(_read(self.path(file.name))).hexdigest() != file.sha256:
                raise damaged(self.path(file.name), "its content is not what was shipped")


def open_weights(folder: Path) -> ShippedWeights:
    """Reads the manifest of a folder and checks that its files have the right length.

    Raises:
        BackendRejected: the manifest or a file is missing, cut short or unreadable.
    """
    weights = _parse_manifest(folder)
    for file in weights.files:
        path = weights.path(file.name)
        found = _size(path)
        if found != file.bytes:
            raise damaged(path, f"it has {found} bytes instead of {file.bytes}")
    return weights


def damaged(path: Path, reason: str) -> BackendRejected:
    """The error for a weights file that cannot be used: names it and says what to do."""
    return BackendRejected(
        f"The weights file {path} cannot be used: {reason}. "
        "Install holdfast again: pip install --force-reinstall --no-deps holdfast",
        code="weights_damaged",
        file=str(path),
        reason=reason,
    )


def _parse_manifest(folder: Path) -> ShippedWeights:
    path = folder / MANIFEST
    try:
        fields = json.loads(_read(path))
        return ShippedWeights(
            folder=folder,
            identity=EmbedderIdentity(fields["id"], fields["revision"], fields["dimension"]),
            files=tuple(WeightsFile(file["name"], file["bytes"], file["sha256"]) for file in fields["files"]),
        )
    except (ValueError, LookupError, TypeError) as error:
        raise damaged(path, "it is not a manifest of weights") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise damaged(path, error.strerror or type(error).__name__) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise damaged(path, error.strerror or type(error).__name__) from error
