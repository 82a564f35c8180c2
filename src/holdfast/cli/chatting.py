"""``chat``."""

from __future__ import annotations

import sys
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast import limits
from holdfast.cli.drawing import QUIET
from holdfast.cli.exits import exit_of
from holdfast.cli.meaning import Ids, ids_to_write
from holdfast.cli.opening import open_store
from holdfast.cli.options import Model, Place, Whose
from holdfast.cli.output import Output
from holdfast.cli.safe import visible
from holdfast.domain.message import Message, Role
from holdfast.errors import HoldfastError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.domain.ranking import Context
    from holdfast.engine import Holdfast
    from holdfast.ports import LanguageModel

_QUIT = "/quit"
_PROMPT = "you> "
_INSTRUCTIONS = Path(__file__).with_name("chat.v1.md")


def chat(
    whose: Whose,
    place: Place,
    model: Model = None,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", help="What is recalled for one question, at most.")
    ] = limits.CHAT_CONTEXT_TOKENS,
) -> None:
    """Talk with a language model that remembers. Both sides are stored; facts are derived from yours alone.

    Each line is a question; what was recalled for it is shown before the answer. '/quit', or the end of the
    input, ends the chat; its questions are a session of their own unless --session names one.

    Example: holdfast chat --model ollama:llama3.2 --user ana
    """
    output = Output(json=False)
    ids = ids_to_write(whose, output)
    with open_store(place, create=True, model=model) as memory:
        talk = Talk(memory, _reader_of(memory), ids, max_tokens=max_tokens)
        failed: HoldfastError | None = None
        for line in _lines():
            try:
                for said in talk.turn(line):
                    _show(said, output)
            except HoldfastError as error:
                failed = error
                output.note(f"holdfast: {error.message}", style="red")
    if failed is not None:
        raise typer.Exit(exit_of(failed))


class Talk:
    """One chat: what was said in it, and whose memory it draws on."""

    def __init__(self, memory: Holdfast, model: LanguageModel, ids: Ids, *, max_tokens: int) -> None:
        self._memory = memory
        self._model = model
        session = ids["session_id"] or f"chat-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        self._writes = _in_session(ids, session)
        has_owner = ids["user_id"] is not None or ids["agent_id"] is not None
        self._reads = _in_session(ids, None if has_owner else session)
        self._instructions = Message(Role.SYSTEM, _INSTRUCTIONS.read_text(encoding="utf-8").strip())
        self._turns: deque[Message] = deque(maxlen=2 * limits.CHAT_TURNS_MAX)
        self._max_tokens = max_tokens

    def turn(self, question: str) -> Iterator[Context | str]:
        """What is recalled, then the answer. The question is stored before a model sees it.

        What is recalled goes to the model alone and is not stored again, so nothing is learned from it.

        Raises:
            HoldfastError: when the question cannot be stored, or the model does not answer.
        """
        recalled = self._memory.context(question, max_tokens=self._max_tokens, **self._reads)
        yield recalled
        asked = Message(Role.USER, question)
        kept = self._memory.add(asked, **self._writes, wait=False)
        answer = self._answer(recalled, asked)
        yield answer
        self._memory.add(Message(Role.ASSISTANT, answer), **self._writes, infer=False)
        self._memory.worker().run_job(kept.episode_id)

    def _answer(self, recalled: Context, asked: Message) -> str:
        given = () if recalled.message is None else (Message(Role.USER, recalled.message["content"]),)
        completion = self._model.complete((self._instructions, *self._turns, *given, asked), None)
        answer = str(completion.value).strip() or "(no answer)"
        self._turns += (asked, Message(Role.ASSISTANT, answer))
        return answer


def _in_session(ids: Ids, session_id: str | None) -> Ids:
    return Ids(user_id=ids["user_id"], agent_id=ids["agent_id"], session_id=session_id, tenant=ids["tenant"])


def _reader_of(memory: Holdfast) -> LanguageModel:
    model = memory.model
    if model is None:
        raise InvalidInput(
            "a chat needs a language model: give --model ollama:llama3.2 or another, or set HOLDFAST_MODEL",
            code="no_model",
        )
    return model


def _lines() -> Iterator[str]:
    """What is asked, a line at a time, until the end."""
    while (line := _next_line()) is not None and line.strip() != _QUIT:
        if line.strip():
            yield line.strip()


def _next_line() -> str | None:
    if not sys.stdin.isatty():
        return sys.stdin.readline() or None
    try:
        return input(_PROMPT)
    except EOFError:
        return None


def _show(said: Context | str, output: Output) -> None:
    if isinstance(said, str):
        output.text(visible(said))
        return
    for memory in said.memories:
        output.note(f"recalled: {memory.speaker or memory.origin.value}: {visible(memory.text)}", style=QUIET)
