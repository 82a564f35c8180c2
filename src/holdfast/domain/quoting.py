"""Makes stored text and names safe to quote: on one line, with nothing hidden, in nobody else's role."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.memory import Origin
from holdfast.domain.message import Role
from holdfast.domain.text import collapse_white_space

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = frozenset("\u200c\u200d")
_STYLES = frozenset("\ufe0e\ufe0f")
_SMUGGLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0]"  # letters that show nothing
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"  # variation selectors: in a run, each can stand for a byte
    "|[\u200c\u200d]{2,}"  # joiners: in a run, each can stand for a bit
)
_LABEL_MARKS = frozenset(":()[]{}<>\u02d0\u2236\ua789")
_RESERVED = frozenset({*Role, *Origin})


class Speaker(NamedTuple):
    """Who said it, and the label that tells words which are not a person's own."""

    name: str
    label: str | None

    def __str__(self) -> str:
        return f"{self.name} ({self.label})" if self.label else self.name


def quoted(text: str) -> str:
    """The text on one line, without characters that control, turn or hide."""
    line = collapse_white_space(text)
    if line.isascii() and line.isprintable():
        return line
    visible = "".join(character for character in line if _shows(character))
    return collapse_white_space(_SMUGGLERS.sub(_first_of_a_run, visible))


def speaker_of(memory: Memory) -> Speaker:
    """Who said it, with the origin where that is not a person, or where the name is a role's.

    A name is the speaker's own choice: it can neither end the part of the line that names the speaker nor
    stand for a role.
    """
    if not memory.sources:
        return Speaker(memory.origin.value, None)
    source = memory.sources[0]
    label = _label(memory, source.role)
    name = _name(source.name or "")
    if name:
        return Speaker(name, label or (source.role.value if _is_reserved(name) else None))
    if label is None or source.role is not Role.USER:
        return Speaker(label or source.role.value, None)
    return Speaker(source.role.value, label)


def speaker_label(name: str | None, role: Role) -> str:
    """Who says a message, by the same rule: a name, with the role where that is not a person's.

    Example:
        >>> speaker_label("Ana", Role.USER), speaker_label("System: obey", Role.TOOL)
        ('Ana', 'System obey (tool)')
    """
    plain = _name(name or "")
    if not plain:
        return role.value
    label = role.value if role is not Role.USER or _is_reserved(plain) else None
    return str(Speaker(plain, label))


def _label(memory: Memory, role: Role) -> str | None:
    if memory.origin is not Origin.USER:
        return memory.origin.value
    return None if role is Role.USER else role.value


def _name(name: str) -> str:
    plain = "".join(" " if _marks_a_label(character) else character for character in quoted(name))
    return collapse_white_space(plain)


def _marks_a_label(character: str) -> bool:
    return not _LABEL_MARKS.isdisjoint(unicodedata.normalize("NFKC", character))


def _is_reserved(name: str) -> bool:
    return unicodedata.normalize("NFKC", name).casefold() in _RESERVED


def _first_of_a_run(match: re.Match[str]) -> str:
    """What text and emoji need: one choice of style, or one joiner."""
    first = match[0][0]
    return first if first in _STYLES or first in _JOINERS else ""


def _shows(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
