"""The recipe of formation by a language model: show it what was said, read what it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.domain.quoting import quoted
from holdfast.errors import BackendUnavailable, LimitExceeded
from holdfast.formation.prompt.render import portions, render
from holdfast.formation.prompt.schema import REPLY_SCHEMA
from holdfast.formation.reply.read import Shown, read_reply
from holdfast.ports import Usage

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.proposal import Proposals
    from holdfast.ports import Completion, LanguageModel

REPAIR = (
    "That could not be read. Reply again with nothing but one JSON object of the form "
    '{"operations": [...]}, as the instructions say; {"operations": []} when there is nothing to learn.'
)


class Proposed(NamedTuple):
    """What a model proposes for some messages, what it took, and which model and prompt it was."""

    proposals: Proposals
    usage: Usage
    cost_usd: float | None
    calls: int
    model: str
    prompt: str


def propose(
    messages: Sequence[Message], neighbours: Sequence[Memory], *, model: LanguageModel, now: datetime
) -> Proposed:
    """Ask a model what to learn from messages, in one call; in another when its reply cannot be read.

    Args:
        messages: one of the ``portions`` of an episode.
        neighbours: the memories of the scope nearest to them, best first; the first
            ``MODEL_NEIGHBOURS_MAX`` are shown.
        model: whom to ask.
        now: when messages without a time of their own were said.

    Raises:
        LimitExceeded: ``portion_too_large`` for messages that are more than one portion.
        BackendUnavailable: ``model_reply_unreadable`` when the second reply cannot be read either; its fields
            ``input_tokens``, ``output_tokens`` and ``cost_usd`` say what was spent.
        BackendError: as the model raises it.
    """
    _require_one_portion(messages)
    prompt = render(messages, neighbours, now=now)
    shown = Shown(prompt.shown, messages, now)
    chat = prompt.chat
    replies: list[Completion] = []
    for _ in range(1 + limits.MODEL_REPAIRS_MAX):
        replies.append(model.complete(chat, REPLY_SCHEMA))
        proposals = read_reply(replies[-1].value, shown)
        if proposals is not None:
            usage, cost = _spent(replies)
            return Proposed(proposals, usage, cost, len(replies), replies[-1].model, str(prompt.template))
        chat = (*prompt.chat, *_repair(replies[-1]))
    raise _unreadable(model, replies)


def _require_one_portion(messages: Sequence[Message]) -> None:
    if len(portions(messages)) > 1:
        raise LimitExceeded(
            f"{len(messages):,} messages are too much for one call of a model: give it portions in turn",
            code="portion_too_large",
            messages=len(messages),
            messages_max=limits.MODEL_PORTION_MESSAGES_MAX,
        )


def _repair(reply: Completion) -> tuple[Message, ...]:
    said = quoted(str(reply.value)[: limits.MODEL_REPAIR_CHARACTERS_MAX]) or "(nothing)"
    return Message(Role.ASSISTANT, said), Message(Role.USER, REPAIR)


def _spent(replies: Sequence[Completion]) -> tuple[Usage, float | None]:
    """The tokens of all calls, and their price; none where that of one is not known."""
    usage = Usage(
        sum(reply.usage.input_tokens for reply in replies),
        sum(reply.usage.output_tokens for reply in replies),
    )
    costs = [reply.cost_usd for reply in replies if reply.cost_usd is not None]
    return usage, sum(costs) if len(costs) == len(replies) else None


def _unreadable(model: LanguageModel, replies: Sequence[Completion]) -> BackendUnavailable:
    usage, cost = _spent(replies)
    return BackendUnavailable(
        f"{model.identity} answered {len(replies)} times with what is no list of operations: what was said "
        "is stored and can be read again later; a larger model helps, or a server that holds replies to a "
        "JSON schema",
        code="model_reply_unreadable",
        model=str(model.identity),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=cost,
    )
