"""Turns what a model proposes into facts, each aimed at the memory that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.decision import Decision
from holdfast.domain.entity import Entity
from holdfast.domain.fact import Fact
from holdfast.domain.memory import Kind, origin_of, trust_of
from holdfast.domain.message import Message, Role
from holdfast.domain.statement import fold
from holdfast.domain.when import When, whens_in
from holdfast.formation.extract import extract
from holdfast.formation.extract.attributes import ATTRIBUTES
from holdfast.formation.importance import importance_of

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.domain.origin import Origin
    from holdfast.domain.proposal import Proposal

_UNNAMED, _ASSISTANT = "user", "assistant"
_NOTE, _INSTRUCTION = "note", "instruction"
_SPEAKERS = frozenset({"i", "me", "user", "speaker"})
_SINGLE = frozenset(row.name for row in ATTRIBUTES if row.is_single)
_PAST = re.compile(
    r"\b(?:used to|former(?:ly)?|previous(?:ly)?|once|was|were|had|lived|worked|until|ex|no longer)\b",
    re.IGNORECASE,
)
_SAME_ATTRIBUTE = {
    name: attribute
    for attribute, names in {
        "home": "residence, place of residence, home city, city of residence, lives in",
        "job": "occupation, profession, job title",
        "employer": "company, workplace, works at, works for",
        "partner": "spouse, husband, wife, boyfriend, girlfriend",
        "birthday": "date of birth, birth date",
        "email": "e-mail, email address, e-mail address",
    }.items()
    for name in names.split(", ")
}
"""Names that models give to attributes of the rules' table, so that both mean the same slot."""


class Aimed(NamedTuple):
    """A fact, what a model wants to be done with it, and the memory that it named, as it was shown."""

    fact: Fact
    verb: Decision
    target: Memory | None


class _Stated(NamedTuple):
    """What a statement says of whom."""

    subject: str
    attribute: str
    value: str
    is_single: bool
    ended: bool = False


def aim(
    proposals: Sequence[Proposal], shown: Mapping[str, Memory], *, episode: Episode, places: Sequence[int]
) -> tuple[Aimed, ...]:
    """The facts that are proposed; ``places`` are the positions in the episode of the messages shown."""
    aimed = (
        _aimed(one, shown.get(one.target_id or ""), _cited(one, episode, places), episode)
        for one in proposals
        if one.positions
    )
    return tuple(aimed)


def _cited(proposal: Proposal, episode: Episode, places: Sequence[int]) -> tuple[int, ...]:
    """The messages to cite, first one by whom it is about; no echo, which would cost it its trust."""
    positions = [places[position] for position in proposal.positions]
    trusted = [
        n
        for n in positions
        if trust_of(origin_of(episode.messages[n].role, episode.messages[n].origin)) >= proposal.trust
    ]
    by_subject = [n for n in trusted if _speaks(proposal.subject, episode.messages[n])]
    return tuple(dict.fromkeys((*by_subject[:1], *(trusted or positions))))


def _speaks(subject: str | None, message: Message) -> bool:
    return subject is not None and message.name is not None and fold(subject) == fold(message.name)


def _aimed(proposal: Proposal, target: Memory | None, cited: tuple[int, ...], episode: Episode) -> Aimed:
    message = episode.messages[cited[0]]
    at = message.at or episode.created_at
    is_statement = proposal.verb in {Decision.ADD, Decision.UPDATE}
    stated = _stated(proposal, target, message, at) if is_statement else _said_of(proposal, target)
    fact = Fact(
        text=proposal.text,
        kind=proposal.kind,
        subject=stated.subject,
        attribute=stated.attribute,
        value=stated.value,
        is_single=stated.is_single,
        retracts=proposal.verb is Decision.DELETE,
        ended=stated.ended,
        when=_when(proposal, message, at),
        position=cited[0],
        also=cited[1:] if is_statement else (),
        speaker=message.name,
        entities=tuple(Entity(name) for name in proposal.entities),
        importance=_importance(proposal, origin_of(message.role, message.origin)),
    )
    return Aimed(fact, proposal.verb, target)


def _said_of(proposal: Proposal, target: Memory | None) -> _Stated:
    """What the memory states that is taken back or said again."""
    statement = target.statement if target else None
    if statement is None:
        return _Stated(_UNNAMED, _NOTE, proposal.text, is_single=False)
    return _Stated(statement.subject, statement.attribute, statement.value, statement.is_single)


def _stated(proposal: Proposal, target: Memory | None, message: Message, at: datetime) -> _Stated:
    """What is stated: in the slot of what is replaced, else as rules read it, else as the model says."""
    own = _as_the_model_says(proposal, message)
    if proposal.kind is not Kind.PROCEDURAL:
        own = _as_rules_read(proposal, message, at) or own
    statement = target.statement if target else None
    if statement is None:
        return own
    return own._replace(
        subject=statement.subject, attribute=statement.attribute, is_single=statement.is_single
    )


def _as_rules_read(proposal: Proposal, message: Message, at: datetime) -> _Stated | None:
    read = [fact for fact in extract([Message(Role.USER, proposal.text, message.name)], at=at) if fact.value]
    fitting = [fact for fact in read if not fact.retracts and _fits(fact, proposal)]
    if len(fitting) != 1:
        return None
    (fact,) = fitting
    return _Stated(fact.subject, fact.attribute, fact.value or "", fact.is_single, fact.ended)


def _fits(fact: Fact, proposal: Proposal) -> bool:
    if proposal.value is None:
        return True
    mine, theirs = fact.folded_value or "", fold(proposal.value)
    return mine in theirs or theirs in mine


def _as_the_model_says(proposal: Proposal, message: Message) -> _Stated:
    value = proposal.value or proposal.text
    speaker = message.name or _UNNAMED
    if proposal.kind is Kind.PROCEDURAL:
        return _Stated(proposal.subject or _ASSISTANT, proposal.attribute or _INSTRUCTION, value, False)  # noqa: FBT003 (is_single)
    given = proposal.subject
    subject = speaker if given is None or fold(given) in _SPEAKERS else given
    attribute = _attribute(proposal.attribute)
    is_single = attribute in _SINGLE and proposal.value is not None and not _PAST.search(proposal.text)
    return _Stated(subject, attribute, value, is_single)


def _attribute(given: str | None) -> str:
    if given is None:
        return _NOTE
    name = " ".join(given.replace("_", " ").split()).casefold()
    return _SAME_ATTRIBUTE.get(name, name) or _NOTE


def _when(proposal: Proposal, message: Message, at: datetime) -> When | None:
    """Since when, reckoned by rules where they know the words. A date without words does not count."""
    named = whens_in(message.content, reference=at)
    words = (proposal.time_words or "").casefold()
    for when in named:
        if words and (when.words.casefold() in words or words in when.words.casefold()):
            return when
    day = proposal.valid_at
    if day is None or not (words or any(when.start <= day < when.end for when in named)):
        return None
    return When(day, day + timedelta(days=1), proposal.time_words or "", 0, 0)


def _importance(proposal: Proposal, origin: Origin) -> float:
    """That of the words, with a share of the model's rating."""
    share = limits.MODEL_IMPORTANCE_SHARE
    return round((1 - share) * importance_of(proposal.text, origin) + share * proposal.importance, 4)
