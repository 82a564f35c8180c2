"""The four forms of a context. What was said stays a quotation in each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.memory import Origin
from holdfast.domain.message import Role
from holdfast.domain.quoting import quoted, speaker_of
from holdfast.domain.rendering import CLOSING, HEADING, NOTE, OPENING, ContextFormat

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MARKUP = re.compile("[<>]")
_ENTITIES = {"<": "&lt;", ">": "&gt;"}
_ESCAPES = {"<": "\\u003c", ">": "\\u003e"}
_TICKS = re.compile("`+")
_LEAST_FENCE = 3


class Form(NamedTuple):
    """How a format writes a memory on a line, puts lines together, and what a line adds at most."""

    line: Callable[[Memory], str]
    whole: Callable[[Sequence[str]], str]
    addition: Callable[[str], str]


def _line(memory: Memory) -> str:
    """Date, speaker and words. It depends on nothing but the memory, and the date takes few tokens."""
    words = f"{_day(memory.valid_at)} {speaker_of(memory)}: {quoted(memory.text)}"
    return _MARKUP.sub(lambda match: _ENTITIES[match[0]], words)


def _day(instant: datetime) -> str:
    """For example 8 May 2023, in English wherever the program runs."""
    return f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year}"


def _text(lines: Sequence[str]) -> str:
    return "\n".join([OPENING, *lines, CLOSING])


def _markdown(lines: Sequence[str]) -> str:
    """A code block whose fence no line can close: it is longer than any run of backticks inside."""
    fence = "`" * max(_LEAST_FENCE, *(_longest_run(line) + 1 for line in lines), 0)
    return "\n".join([f"{HEADING}{NOTE}:", "", f"{fence}text", *lines, fence])


def _markdown_addition(line: str) -> str:
    longer = _longest_run(line) + 1 - _LEAST_FENCE
    return f"{line}\n{'`' * 2 * longer}" if longer > 0 else f"{line}\n"


def _longest_run(line: str) -> int:
    return max((len(run) for run in _TICKS.findall(line)), default=0)


def _json_line(memory: Memory) -> str:
    speaker = speaker_of(memory)
    shape = {
        "date": memory.valid_at.date().isoformat(),
        "speaker": str(speaker) if memory.origin is Origin.USER else speaker.name,
        "origin": memory.origin.value,
        "text": quoted(memory.text),
        "id": quoted(memory.id),
    }
    return _MARKUP.sub(lambda match: _ESCAPES[match[0]], _compact(shape))


def _json(lines: Sequence[str]) -> str:
    return "\n".join([f'{{"note":"{NOTE}","memories":[', ",\n".join(lines), "]}"])


def _message(lines: Sequence[str]) -> str:
    """A message of the user: a system message would lend what was said the highest authority of a prompt,
    and is no member of every chat list.
    """
    return _compact({"role": Role.USER.value, "content": _text(lines)})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


FORMS: Mapping[ContextFormat, Form] = {
    ContextFormat.TEXT: Form(_line, _text, lambda line: f"{line}\n"),
    ContextFormat.MARKDOWN: Form(_line, _markdown, _markdown_addition),
    ContextFormat.JSON: Form(_json_line, _json, lambda line: f"{line},\n"),
    ContextFormat.MESSAGE: Form(_line, _message, lambda line: _compact(f"{line}\n")[1:-1]),
}
