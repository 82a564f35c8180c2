"""What a caller may hang on a memory: a flat bag of JSON values, two of whose keys have a meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from holdfast import limits
from holdfast.domain.text import require_name
from holdfast.errors import InvalidInput, LimitExceeded

MetadataValue = str | int | float | bool | None | tuple[str | int | float | bool | None, ...]
Metadata = Mapping[str, MetadataValue]
NO_METADATA: Metadata = MappingProxyType({})


def read_metadata(given: Mapping[str, object] | None) -> Metadata:
    """A frozen copy of metadata whose values are JSON scalars or flat lists of them.

    ``category`` is one text and ``tags`` a list of texts; every other key is the caller's own.

    Raises:
        InvalidInput: ``invalid_metadata``.
        LimitExceeded: ``metadata_too_large``.

    Example:
        >>> read_metadata({"category": "work", "tags": ["db"]})["tags"]
        ('db',)
    """
    if given is None:
        return NO_METADATA
    if not isinstance(given, Mapping):
        raise InvalidInput(f"metadata must be a mapping, not {type(given).__name__}", code="invalid_metadata")
    if not given:
        return NO_METADATA
    metadata = {_key(key): _value(key, value) for key, value in given.items()}
    _check_meaning(metadata)
    _check_size(metadata)
    return MappingProxyType(metadata)


def _key(key: object) -> str:
    try:
        return require_name(key, what="a metadata key", characters_max=limits.NAME_CHARACTERS_MAX)
    except InvalidInput as error:
        raise InvalidInput(error.message, code="invalid_metadata") from error


def _value(key: str, value: object) -> MetadataValue:
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return tuple(_scalar(key, item) for item in value)
    return _scalar(key, value)


def _scalar(key: str, value: object) -> str | int | float | bool | None:
    storable = value is None or isinstance(value, (str, bool, int, float))
    try:
        if storable:
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        storable = False
    if not storable or (isinstance(value, str) and "\x00" in value) or _beyond_64_bits(value):
        raise InvalidInput(
            f"metadata {key!r} holds a value that JSON and SQL cannot both keep: use texts, finite "
            "64-bit numbers, booleans, null, or a flat list of them",
            code="invalid_metadata",
            key=key,
        )
    return value  # type: ignore[return-value]  # narrowed above


def _beyond_64_bits(value: object) -> bool:
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _check_meaning(metadata: Mapping[str, MetadataValue]) -> None:
    category, tags = metadata.get("category"), metadata.get("tags")
    if category is not None and not isinstance(category, str):
        raise InvalidInput("metadata 'category' must be one text", code="invalid_metadata", key="category")
    if tags is not None and not (isinstance(tags, tuple) and all(isinstance(tag, str) for tag in tags)):
        raise InvalidInput("metadata 'tags' must be a list of texts", code="invalid_metadata", key="tags")


def _check_size(metadata: Mapping[str, MetadataValue]) -> None:
    size = len(json.dumps(metadata, ensure_ascii=False).encode())
    if size > limits.METADATA_BYTES_MAX:
        raise LimitExceeded(
            f"metadata takes {size:,} bytes as JSON; the most is {limits.METADATA_BYTES_MAX:,}: "
            "keep large things elsewhere and store a reference",
            code="metadata_too_large",
            bytes=size,
            bytes_max=limits.METADATA_BYTES_MAX,
        )
