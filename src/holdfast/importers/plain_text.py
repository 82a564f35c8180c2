"""Plain text: paragraphs, or the lines of speakers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from holdfast import limits
from holdfast.errors import LimitExceeded
from holdfast.importers.lines import numbered_lines
from holdfast.importers.utterance import Item, Utterance, text_message

_SPEAKER = re.compile(r"(?P<name>[^\W\d_][\w .'’-]{0,63}?)\s*:(?:\s+(?P<said>.*))?")


def read_plain_text(file: BinaryIO, name: str, *, speakers: bool) -> Iterator[Item]:
    """One message for each paragraph, known again by the file's name and the line where it begins.

    With ``speakers``, a line ``Name: text`` begins a message of that name as well; what follows until the
    next one belongs to it.

    Raises:
        InvalidInput: ``invalid_import`` with the number of the line.
        LimitExceeded: ``text_too_long``.
    """
    for start, speaker, lines in _paragraphs(numbered_lines(file), speakers=speakers):
        yield Utterance(
            text_message("\n".join(lines), name=speaker, message_id=f"{name}:{start}", where=f"line {start}")
        )


def _paragraphs(
    lines: Iterator[tuple[int, str]], *, speakers: bool
) -> Iterator[tuple[int, str | None, list[str]]]:
    start, speaker, said, size = 0, None, list[str](), 0
    for number, line in lines:
        match = _SPEAKER.fullmatch(line.strip()) if speakers else None
        if (match or not line.strip()) and said:
            yield start, speaker, said
            said, size = [], 0
        if match:
            speaker, line = match["name"], match["said"] or ""  # noqa: PLW2901
        if line.strip():
            start, size = start if said else number, size + len(line)
            said.append(line.strip())
            _refuse_too_long(size, start)
    if said:
        yield start, speaker, said


def _refuse_too_long(size: int, start: int) -> None:
    if size > limits.MESSAGE_CHARACTERS_MAX:
        raise LimitExceeded(
            f"line {start}: the paragraph that begins here has more than "
            f"{limits.MESSAGE_CHARACTERS_MAX:,} characters: part it by empty lines",
            code="text_too_long",
            place=f"line {start}",
            characters_max=limits.MESSAGE_CHARACTERS_MAX,
        )
