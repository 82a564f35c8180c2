"""Turns messages into facts by rules: offline, the same every time, rather nothing than something wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.entity import Entity, EntityKind
from holdfast.domain.fact import DATED, Fact
from holdfast.domain.memory import Kind, origin_of
from holdfast.domain.message import Message, Role
from holdfast.domain.origin import PERSONAL, Origin, may_instruct, trust_of
from holdfast.domain.statement import fold
from holdfast.domain.when import When, whens_in
from holdfast.formation.extract import guards
from holdfast.formation.extract.claim import Claim, Told
from holdfast.formation.extract.clauses import clauses_of, opened
from holdfast.formation.extract.endings import ending_claims, forgets, no_longer, takes_back_the_last
from holdfast.formation.extract.general import general_claims
from holdfast.formation.extract.happenings import happening
from holdfast.formation.extract.instructions import instruction_in
from holdfast.formation.extract.sentences import statements_in
from holdfast.formation.extract.statements import claims_in, named_in
from holdfast.formation.extract.wording import capitalised, dated, retold
from holdfast.formation.importance import importance_of
from holdfast.formation.patterns import Pattern

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["extract"]

_UNNAMED = "user"
_OPPOSITES = {"likes": "dislikes", "dislikes": "likes"}
_GREETED = Pattern(
    r"(?:hi|hello|hey)(?: there)?[,!.]* (?:i'm|i am) (?P<name>(?-i:[^\W\d_a-z])[\w'-]+)\W*\Z", re.IGNORECASE
)
_NAME = Pattern(
    r"(?<=\s)(?-i:[^\W\d_a-z])[\w'&-]*(?: (?:(?:of|of the|de|von|van) )?(?-i:[^\W\d_a-z])[\w'&-]*){0,4}"
)
_OPENING = Pattern(r"\A(?:The|A|An|My|Our|His|Her|Their)\b ?")
_PREPOSITION = Pattern(r"\A(?:on|at|by|until|since|from|in|around) (?:the )?", re.IGNORECASE)
_BEFORE_MARK = Pattern(r" (?=[,.!])")


class _Voice(NamedTuple):
    """Who speaks a message, and when."""

    name: str
    at: datetime
    position: int
    role: Role
    speaker: str | None
    origin: Origin


def extract(messages: Sequence[Message], *, at: datetime, owner: str | None = None) -> tuple[Fact, ...]:
    """The facts and standing instructions that the messages of users state, in order.

    Only people speak of themselves: messages of assistants and tools and the words of documents give nothing,
    those of the system instructions alone, imports no instructions. ``at`` is when messages without a time
    were said; ``owner`` the name of the user who gives none.

    Example:
        >>> from datetime import UTC, datetime
        >>> said = [Message(Role.USER, "I moved to Berlin yesterday. Always answer briefly!", "Ana")]
        >>> for fact in extract(said, at=datetime(2026, 3, 12, tzinfo=UTC)):
        ...     print(fact.kind, "|", fact.text, "|", fact.time_words)
        semantic | Ana lives in Berlin | yesterday
        procedural | Always answer briefly | None
    """
    facts: list[Fact] = []
    for position, message in enumerate(messages):
        origin = origin_of(message.role, message.origin)
        if origin in PERSONAL:
            name = message.name or owner or _UNNAMED
            voice = _Voice(name, message.at or at, position, message.role, message.name, origin)
            facts += _of_message(message.content, voice, facts)
    return tuple(facts)


def _of_message(content: str, voice: _Voice, before: Sequence[Fact]) -> list[Fact]:
    found: list[Fact] = []
    for sentence in statements_in(content):
        for fact in _of_sentence(sentence, voice, (*before, *found)):
            if not any(_is_same(fact, other) for other in found):
                found.append(fact)
        if len(found) >= limits.FACTS_PER_MESSAGE_MAX:
            break
    return [fact for fact in found if not _is_replaced(fact, found)][: limits.FACTS_PER_MESSAGE_MAX]


def _is_replaced(fact: Fact, found: Sequence[Fact]) -> bool:
    """Whether a message takes a value back only to give another: "not in Rome any more, in Oslo now"."""
    return (
        fact.retracts
        and fact.is_single
        and any(other.slot == fact.slot and not other.retracts and not other.ended for other in found)
    )


def _is_same(fact: Fact, other: Fact) -> bool:
    return (fact.slot, fact.folded_value, fact.retracts) == (other.slot, other.folded_value, other.retracts)


def _of_sentence(sentence: str, voice: _Voice, before: Sequence[Fact]) -> Iterator[Fact]:
    bare = opened(sentence)
    instruction = instruction_in(bare)
    if instruction is not None:
        stated = (
            () if instruction.states is None else tuple(_stated(opened(instruction.states), voice, sentence))
        )
        if stated or not may_instruct(trust_of(voice.origin)):
            yield from stated
        else:
            yield _instructed(instruction.text, sentence, voice)
    elif voice.role is not Role.USER:
        return
    elif takes_back_the_last(bare):
        yield from _taken_back(before, voice)
    elif (forgotten := forgets(bare)) is not None:
        yield from (_without(fact) for fact in _stated(forgotten, voice, sentence) if not fact.retracts)
    else:
        yield from _said(bare, sentence, voice)


def _said(bare: str, sentence: str, voice: _Voice) -> Iterator[Fact]:
    greeted = _GREETED.match(sentence)
    if greeted:
        yield _named(greeted["name"], sentence, voice)
        return
    is_stated = guards.is_meant(bare) and not guards.asks(bare)
    stated = tuple(_stated(bare, voice, sentence)) if is_stated else ()
    yield from stated
    if guards.is_real(bare):
        for claim in named_in(bare, voice.name):
            if not any(fact.value == claim.value for fact in stated):  # nor one that is taken back
                yield from _facts_of(claim, None, sentence, voice)


def _stated(sentence: str, voice: _Voice, whole: str) -> Iterator[Fact]:
    for clause in clauses_of(sentence):
        if guards.is_sure(clause):
            yield from _of_clause(clause, voice, whole)


def _of_clause(clause: str, voice: _Voice, sentence: str) -> Iterator[Fact]:
    whens = whens_in(clause, reference=voice.at)
    told = Told(clause, _timeless(clause, whens), voice.name)
    claims = tuple(ending_claims(told)) or tuple(claims_in(told))
    planned = [when for when in whens if when.start > voice.at]
    if planned and not any(claim.retracts or _is_dated(claim, planned[0]) for claim in claims):
        claims = ()  # what begins later is a plan, not yet a state
    if not claims:
        event = happening(told, whens, said_at=voice.at)
        claims = (event,) if event else tuple(general_claims(told))
    for claim in claims:
        when = None if not whens or _is_dated(claim, whens[0]) else whens[0]
        yield from _facts_of(claim, when, sentence, voice)


def _is_dated(claim: Claim, when: When) -> bool:
    """Whether the words for a time are the value itself: a birthday, a deadline."""
    return claim.value is not None and fold(_PREPOSITION.sub("", when.words)) in fold(claim.value)


def _timeless(clause: str, whens: Sequence[When]) -> str:
    left = clause
    for when in sorted(whens, key=lambda when: -when.first):
        left = f"{left[: when.first]} {left[when.last :]}"
    return opened(_BEFORE_MARK.sub("", " ".join(left.split())).strip(" ,"))


def _facts_of(claim: Claim, when: When | None, sentence: str, voice: _Voice) -> Iterator[Fact]:
    if (
        not claim.subject.strip()
        or not claim.text.strip()
        or (claim.value is not None and not fold(claim.value))
    ):
        return
    fact = Fact(
        text=dated(claim.text, when) if when and fold(claim.attribute) in DATED else claim.text,
        kind=claim.kind,
        subject=claim.subject,
        attribute=claim.attribute,
        value=claim.value,
        is_single=claim.is_single,
        retracts=claim.retracts,
        ended=claim.ended,
        when=when,
        position=voice.position,
        speaker=voice.speaker,
        entities=_entities(claim),
        importance=importance_of(sentence, voice.origin),
    )
    yield fact
    opposite = _OPPOSITES.get(fact.attribute)
    if opposite and not (fact.retracts or fact.ended):
        text = no_longer(opposite, fact.subject, fact.value or "")
        yield replace(fact, attribute=opposite, retracts=True, text=text)


def _without(fact: Fact) -> Fact:
    """The fact, taken back."""
    return replace(fact, retracts=True, text=no_longer(fact.attribute, fact.subject, fact.value or ""))


def _taken_back(before: Sequence[Fact], voice: _Voice) -> Iterator[Fact]:
    last = next(
        (fact for fact in reversed(before) if fact.speaker == voice.speaker and not fact.retracts), None
    )
    if last is not None:
        yield replace(_without(last), position=voice.position, when=None)


def _named(name: str, sentence: str, voice: _Voice) -> Fact:
    claim = Claim(
        voice.name,
        "name",
        name,
        is_single=True,
        text=f"{voice.name}'s name is {name}",
        value_kind=EntityKind.PERSON,
    )
    return next(_facts_of(claim, None, sentence, voice))


def _instructed(text: str, sentence: str, voice: _Voice) -> Fact:
    told = capitalised(retold(text.strip(" ,"), voice.name))
    claim = Claim(voice.name, "instruction", told, is_single=False, text=told, kind=Kind.PROCEDURAL)
    return next(_facts_of(claim, None, sentence, voice))


def _entities(claim: Claim) -> tuple[Entity, ...]:
    """The subject, the value where it is a name or as short as one, and other names in the sentence."""
    named = {claim.subject: EntityKind.UNKNOWN}
    if claim.value and _is_entity(claim):
        named[claim.value] = claim.value_kind
    for match in _NAME.finditer(f" {claim.text}"):
        name = _OPENING.sub("", match[0].removesuffix("'s"))
        if name and not any(name in other for other in named if other[:1].isupper()):
            named[name] = EntityKind.UNKNOWN
    found = [Entity(name, kind) for name, kind in named.items() if fold(name) != _UNNAMED]
    return tuple(found[: limits.ENTITIES_PER_FACT_MAX])


def _is_entity(claim: Claim) -> bool:
    """Whether the value names somebody, something or a kind of thing, rather than telling a story."""
    value = claim.value or ""
    return claim.value_kind is not EntityKind.UNKNOWN or len(value.split()) <= limits.ENTITY_WORDS_MAX
