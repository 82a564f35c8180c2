"""Messages and memories as a model is shown them: quoted, numbered, and cut to a bounded length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.budget import estimate_tokens
from holdfast.domain.message import Message, Role
from holdfast.domain.quoting import quoted, speaker_label
from holdfast.formation.prompt.template import Template, load_template

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory

_MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;"})
_CUT = " […]"
_LINE_TOKENS = 10
"""What stands before the words of a message: date, weekday and speaker."""


class Prompt(NamedTuple):
    """What a model is asked, with the memories behind the numbers that it was shown."""

    template: Template
    chat: tuple[Message, ...]
    shown: Mapping[int, Memory]


def render(messages: Sequence[Message], neighbours: Sequence[Memory], *, now: datetime) -> Prompt:
    """The prompt for some messages, with the memories nearest to them, best first.

    ``now`` is when messages without a time of their own were said. No line of the blocks can end its block or
    begin another: each is one line without markup.
    """
    shown = dict(enumerate(neighbours[: limits.MODEL_NEIGHBOURS_MAX], start=1))
    template = load_template()
    data = "\n".join(
        [
            "<memories>",
            *(_memory_line(number, memory) for number, memory in shown.items()),
            "</memories>",
            "<messages>",
            *(_message_line(message, now) for message in messages),
            "</messages>",
        ]
    )
    return Prompt(template, (Message(Role.SYSTEM, template.text), Message(Role.USER, data)), shown)


def portions(messages: Sequence[Message]) -> tuple[tuple[Message, ...], ...]:
    """The messages in the portions that each take one call, in order; most conversations are one.

    Example:
        >>> len(portions([Message(Role.USER, "Hello")] * 60))
        2
    """
    found: list[tuple[Message, ...]] = []
    portion: list[Message] = []
    room = limits.MODEL_PORTION_TOKENS_MAX
    for message in messages:
        size = _LINE_TOKENS + min(estimate_tokens(message.content), limits.MODEL_MESSAGE_TOKENS_MAX)
        if portion and (size > room or len(portion) == limits.MODEL_PORTION_MESSAGES_MAX):
            found.append(tuple(portion))
            portion, room = [], limits.MODEL_PORTION_TOKENS_MAX
        portion.append(message)
        room -= size
    return (*found, tuple(portion)) if portion else tuple(found)


def beginning_of(text: str) -> str:
    """What a model is shown of a message: all of it, or its first ``MODEL_MESSAGE_TOKENS_MAX`` tokens."""
    tokens = estimate_tokens(text)
    if tokens <= limits.MODEL_MESSAGE_TOKENS_MAX:
        return text
    return text[: len(text) * limits.MODEL_MESSAGE_TOKENS_MAX // tokens]


def _memory_line(number: int, memory: Memory) -> str:
    words = _shown(memory.text, limits.MODEL_NEIGHBOUR_CHARACTERS_MAX)
    name = memory.spoken_by
    said = f"{speaker_label(name, memory.sources[0].role)}: " if name else ""
    return f"{number} [{memory.valid_at.date().isoformat()}] {said.translate(_MARKUP)}{words}"


def _message_line(message: Message, now: datetime) -> str:
    speaker = speaker_label(message.name, message.role).translate(_MARKUP)
    words = _shown(message.content, len(beginning_of(message.content)))
    return f"[{_day(message.at or now)}] {speaker}: {words}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _day(at: datetime) -> str:
    """The date and weekday, the same whatever language the machine speaks."""
    return f"{at.date().isoformat()} {_WEEKDAYS[at.weekday()]}"


def _shown(text: str, characters_max: int) -> str:
    """The beginning of a text on one line, without what could pose as markup."""
    beginning = text[:characters_max]
    return quoted(beginning).translate(_MARKUP) + (_CUT if len(text) > characters_max else "")
