"""Turns a reply into proposals: everything in it is checked against what the model was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.decision import Decision
from holdfast.domain.memory import Kind, origin_of, trust_of
from holdfast.domain.message import Role
from holdfast.domain.proposal import Dropped, DropReason, Proposal, Proposals
from holdfast.domain.quoting import quoted
from holdfast.domain.text import collapse_white_space
from holdfast.formation.reply import fields as field
from holdfast.formation.reply.decode import find_operations
from holdfast.formation.reply.support import (
    Evidence,
    Support,
    evidence_of,
    is_known,
    mentions,
    support_of,
    telling,
)

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Message

_PERSON_TRUST = min(trust_of(origin_of(role)) for role in (Role.USER, Role.SYSTEM))
"""What an instruction takes: nothing that an assistant or a tool says becomes one."""


class Shown(NamedTuple):
    """What a model was shown: the memories by their numbers, and the messages, said at ``now`` or before."""

    memories: Mapping[int, Memory]
    messages: Sequence[Message]
    now: datetime


class _Context(NamedTuple):
    shown: Shown
    evidence: Evidence


def read_reply(value: object, shown: Shown) -> Proposals | None:
    """What a reply proposes; None for one that cannot be read.

    ``value`` is a text or decoded JSON. An operation is dropped, with a reason, when it is none of the four
    verbs, names a memory that was not shown, says nothing or too much, dates something out of range, has no
    support in the messages (``formation.reply.support``), or would let a message change what is trusted more
    than its speaker. An update of a memory that it has no word in common with is an addition. Of several
    operations on one memory the first counts. Where a reply wants to delete more than
    ``MODEL_DELETES_SHARE_MAX`` of what it was shown, none of its deletes does.
    """
    operations = find_operations(value)
    if operations is None:
        return None
    context = _Context(shown, evidence_of(shown.messages))
    outcomes = [
        _read_operation(operation, context) if place < limits.MODEL_OPERATIONS_MAX else DropReason.TOO_MANY
        for place, operation in enumerate(operations[: 2 * limits.MODEL_OPERATIONS_MAX])
    ]
    return _gathered(_without_many_deletes(_without_repetition(outcomes), len(shown.memories)))


_Outcome = Proposal | DropReason
_STATING = frozenset({Decision.ADD, Decision.UPDATE})


def _read_operation(operation: object, context: _Context) -> _Outcome:
    if not isinstance(operation, Mapping):
        return DropReason.NOT_AN_OPERATION
    verb = field.verb_in(operation)
    if verb is None:
        return DropReason.UNKNOWN_VERB
    handle = field.handle_in(operation)
    target = context.shown.memories.get(handle) if handle is not None else None
    match verb:
        case Decision.ADD:
            return _stated(verb, None, operation, context)
        case _ if target is None:
            return DropReason.UNKNOWN_HANDLE
        case Decision.UPDATE:
            return _updated(target, operation, context)
        case _:
            return _unstated(verb, target, operation, context)


def _updated(target: Memory, operation: Mapping[str, object], context: _Context) -> _Outcome:
    """An UPDATE; one that has no word in common with its memory replaces nothing, and is new."""
    text = field.line_in(operation, "text")
    is_about = telling(text) & (telling(target.text) | telling(target.speaker or ""))
    if is_about or not text:
        return _stated(Decision.UPDATE, target, operation, context)
    return _stated(Decision.ADD, None, operation, context)


def _stated(
    verb: Decision, target: Memory | None, operation: Mapping[str, object], context: _Context
) -> _Outcome:
    """An ADD or UPDATE: a statement with its support."""
    text = field.line_in(operation, "text")
    support = support_of(text, context.evidence, target.text if target else "")
    kind = field.kind_in(operation)
    try:
        valid_at = field.date_in(operation, said_at=_said_at(support, context.shown))
    except field.DateOutOfRange:
        return DropReason.DATE_OUT_OF_RANGE
    refusal = _refusal_of_text(text) or _refusal_of_support(support, target, kind)
    if refusal:
        return refusal
    found = _proposal(verb, target, operation, support, text=text, kind=kind, valid_at=valid_at)
    return _grounded(found, context)


def _unstated(verb: Decision, target: Memory, operation: Mapping[str, object], context: _Context) -> _Outcome:
    """A DELETE or NONE: about what the memory says, so that is what the messages must speak of."""
    support = mentions(target.text, context.evidence)
    if verb is Decision.DELETE and (refusal := _refusal_of_support(support, target, target.kind)):
        return refusal
    found = _proposal(verb, target, operation, support, text=target.text, kind=target.kind)
    return _grounded(found, context)


def _proposal(
    verb: Decision,
    target: Memory | None,
    operation: Mapping[str, object],
    support: Support,
    *,
    text: str,
    kind: Kind,
    valid_at: datetime | None = None,
) -> Proposal:
    return Proposal(
        verb=verb,
        target_id=target.id if target else None,
        text=text,
        kind=kind,
        subject=field.name_in(operation, "subject"),
        attribute=field.name_in(operation, "attribute"),
        value=field.name_in(operation, "value"),
        valid_at=valid_at,
        time_words=field.name_in(operation, "time_words"),
        importance=field.importance_in(operation),
        entities=field.entities_in(operation),
        positions=support.positions,
        trust=support.trust,
    )


def _grounded(proposal: Proposal, context: _Context) -> Proposal:
    """Without the names, values and time words that neither the statement nor the messages know."""

    def known(line: str | None) -> str | None:
        return line if is_known(line, proposal.text, context.evidence) else None

    said = " ".join(quoted(message.content) for message in context.shown.messages).casefold()
    words = proposal.time_words
    return replace(
        proposal,
        subject=known(proposal.subject),
        value=known(proposal.value),
        time_words=words if words and words.casefold() in said else None,
        entities=tuple(name for name in proposal.entities if known(name)),
    )


def _refusal_of_text(text: str) -> DropReason | None:
    if not any(character.isalnum() for character in text):
        return DropReason.EMPTY_TEXT
    return DropReason.TEXT_TOO_LONG if len(text) > limits.MODEL_STATEMENT_CHARACTERS_MAX else None


def _refusal_of_support(support: Support, target: Memory | None, kind: Kind) -> DropReason | None:
    if not support.positions:
        return DropReason.UNSUPPORTED
    needed = max(target.trust if target else 0.0, _PERSON_TRUST if kind is Kind.PROCEDURAL else 0.0)
    return DropReason.UNTRUSTED if support.trust < needed else None


def _said_at(support: Support, shown: Shown) -> datetime:
    return (shown.messages[support.positions[0]].at if support.positions else None) or shown.now


def _without_repetition(outcomes: Sequence[_Outcome]) -> list[_Outcome]:
    """Of several operations on one memory, and of several that say the same, the first."""
    targets: set[str] = set()
    texts: set[str] = set()
    kept: list[_Outcome] = []
    for outcome in outcomes:
        if isinstance(outcome, DropReason):
            kept.append(outcome)
            continue
        stated = {collapse_white_space(outcome.text).casefold()} if outcome.verb in _STATING else set()
        target = {outcome.target_id} if outcome.target_id else set()
        if targets & target:
            kept.append(DropReason.SAME_TARGET)
        elif texts & stated:
            kept.append(DropReason.SAME_TEXT)
        else:
            kept.append(outcome)
            texts |= stated
            targets |= target
    return kept


def _without_many_deletes(outcomes: Sequence[_Outcome], shown: int) -> list[_Outcome]:
    """Which of too many deletes are right nobody knows: none of them is kept."""
    deletes = [one for one in outcomes if isinstance(one, Proposal) and one.verb is Decision.DELETE]
    if len(deletes) <= deletes_allowed(shown):
        return list(outcomes)
    return [DropReason.TOO_MANY_DELETES if one in deletes else one for one in outcomes]


def deletes_allowed(shown: int) -> int:
    """How many of the memories that a model was shown one reply may delete.

    Example:
        >>> deletes_allowed(0), deletes_allowed(1), deletes_allowed(10)
        (0, 1, 2)
    """
    return max(1, int(limits.MODEL_DELETES_SHARE_MAX * shown)) if shown else 0


def _gathered(outcomes: Sequence[_Outcome]) -> Proposals:
    return Proposals(
        tuple(outcome for outcome in outcomes if isinstance(outcome, Proposal)),
        tuple(
            Dropped(place, outcome)
            for place, outcome in enumerate(outcomes)
            if isinstance(outcome, DropReason)
        ),
    )
