"""The prompt as it ships: a file, its version, and the digest by which a change of it is seen."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent
EXTRACT_FACTS = "extract_facts.v1"


class Template(NamedTuple):
    """A prompt's instructions, its name with the version, and a digest of the text."""

    name: str
    text: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}@{self.digest}"


@cache
def load_template(name: str = EXTRACT_FACTS) -> Template:
    """The shipped prompt of that name.

    Example:
        >>> load_template().name
        'extract_facts.v1'
    """
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
    return Template(name, text, blake2b(text.encode(), digest_size=8).hexdigest())
