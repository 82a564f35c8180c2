"""A language model that says what a test has written down for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from holdfast.domain.budget import estimate_tokens
from holdfast.ports import Completion, ModelIdentity, Usage

if TYPE_CHECKING:
    from holdfast.domain.message import Message


class Asked(NamedTuple):
    """One request as the model got it."""

    messages: tuple[Message, ...]
    schema: Mapping[str, object] | None


class ScriptExhausted(AssertionError):
    """The model was asked more often than its script has answers."""


class ScriptedLanguageModel:
    """``LanguageModel`` that gives the answers of a script in turn and records what it was asked.

    An answer is a text, JSON values, an exception to raise, or a function of the messages that gives one of
    these. Tokens are estimated, and cost ``usd_per_token`` each; without that no price is known.

    Example:
        >>> from holdfast.domain.message import Message, Role
        >>> model = ScriptedLanguageModel('{"operations": []}')
        >>> model.complete([Message(Role.USER, "Hello")], None).value
        '{"operations": []}'
        >>> model.asked[0].messages[0].content
        'Hello'
    """

    def __init__(self, *script: object, usd_per_token: float | None = None) -> None:
        self.asked: list[Asked] = []
        self._script = script
        self._usd_per_token = usd_per_token
        self._lock = threading.Lock()

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("scripted", "script")

    @property
    def context_tokens(self) -> int | None:
        return None

    def complete(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> Completion:
        with self._lock:
            place = len(self.asked)
            self.asked.append(Asked(tuple(messages), schema))
        if place >= len(self._script):
            raise ScriptExhausted(f"asked {place + 1} times, with {len(self._script)} answers in the script")
        value = _answer(self._script[place], messages)
        usage = Usage(
            sum(estimate_tokens(message.content) for message in messages), estimate_tokens(str(value))
        )
        cost = None if self._usd_per_token is None else self._usd_per_token * usage.total_tokens
        return Completion(value, usage, cost, self.identity.name)

    def verify(self) -> None:
        """A script is always there."""


def _answer(scripted: object, messages: Sequence[Message]) -> object:
    answer = scripted(messages) if callable(scripted) else scripted
    if isinstance(answer, BaseException):
        raise answer
    return answer
