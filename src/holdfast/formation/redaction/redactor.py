"""Puts words in the place of secrets: the kind, and a fingerprint that only this store makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.decision import Redaction
from holdfast.errors import InvalidInput
from holdfast.formation.redaction.signs import LONG_CHARACTERS, may_hold_a_secret

if TYPE_CHECKING:
    from holdfast.domain.metadata import Metadata, MetadataValue
    from holdfast.formation.redaction.find import Found


class Redactor:
    """Takes secrets out of texts, and counts them.

    The words for a secret are ``[redacted:aws_key:3fa9c1d20b7e4f65]``. The same secret has the same
    fingerprint in the same store, and no way leads back from it: it is a keyed digest of what a machine drew
    at random. What a person chose, such as a password, has none, since whoever holds the file and its key
    could try them all.

    Example:
        >>> Redactor(lambda: bytes(32)).text("the wifi password is hunter2")
        'the wifi password is [redacted:password]'
    """

    def __init__(self, key: Callable[[], bytes]) -> None:
        """``key`` gives the store's random key; it is asked for when the first secret is found."""
        self._key_of = key

    @cached_property
    def _key(self) -> bytes:
        return self._key_of()

    def text(self, text: str, counted: Counter[str] | None = None) -> str:
        """The text without secrets; what was found is added to ``counted``."""
        return self._without(text, 0, counted)

    def optional(self, text: str | None) -> str | None:
        """Likewise, of a text that may be absent."""
        return None if text is None else self.text(text)

    def metadata(self, metadata: Metadata, counted: Counter[str] | None = None) -> Metadata:
        """The metadata without secrets in its values; a key such as ``password`` tells of its value."""
        if not metadata:
            return metadata
        return MappingProxyType({key: self._value(key, value, counted) for key, value in metadata.items()})

    def _value(self, key: str, value: MetadataValue, counted: Counter[str] | None) -> MetadataValue:
        match value:
            case str():
                return self._without(f"{key}: {value}", len(key) + 2, counted)
            case tuple():
                items = (self._value(key, item, counted) for item in value)
                return tuple(item for item in items if not isinstance(item, tuple))
            case _:
                return value

    def _without(self, text: str, first: int, counted: Counter[str] | None) -> str:
        """The text from its place ``first`` on; a secret that begins before is taken from there on."""
        if not may_hold_a_secret(text):
            return text[first:] if first else text
        from holdfast.formation.redaction.find import find  # noqa: PLC0415 (rules that most texts do not need)

        found = [secret for secret in find(text) if secret.end > first]
        if not found:
            return text[first:] if first else text
        parts, last = [], first
        for secret in found:
            start = max(secret.start, first)
            parts += [text[last:start], self._words(secret, text[start : secret.end])]
            last = secret.end
            if counted is not None:
                counted[secret.kind] += 1
        return "".join([*parts, text[last:]])

    def _words(self, found: Found, secret: str) -> str:
        if found.is_weak:
            return f"[redacted:{found.kind}]"
        digest = blake2b(secret.encode(), key=self._key, digest_size=limits.REDACTION_FINGERPRINT_BYTES)
        return f"[redacted:{found.kind}:{digest.hexdigest()}]"


def counts_of(counted: Mapping[str, int]) -> tuple[Redaction, ...]:
    """What was found, by kind."""
    return tuple(Redaction(kind, count) for kind, count in sorted(counted.items()))


def require_no_tokens(names: Iterable[str | None]) -> None:
    """Refuse a token in a name or id: those are kept as they are, so that they can be found again.

    Raises:
        InvalidInput: ``secret_in_name``.
    """
    joined = "\n".join(filter(None, names))
    if max(map(len, joined.split()), default=0) < LONG_CHARACTERS:
        return
    from holdfast.formation.redaction.find import find_tokens  # noqa: PLC0415 (likewise)

    found = find_tokens(joined)
    if found:
        raise InvalidInput(
            f"a name, an id or a metadata key holds a secret ({found[0].kind}), and names are stored as they "
            "are: choose another, or switch redaction off",
            code="secret_in_name",
            kind=found[0].kind,
        )
