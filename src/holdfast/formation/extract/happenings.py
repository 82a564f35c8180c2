"""Reads what happened and what is planned: first person, with a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from holdfast.formation.extract import values
from holdfast.formation.extract.claim import Claim, Told
from holdfast.formation.extract.clauses import Clause, told_of
from holdfast.formation.extract.wording import capitalised, retold
from holdfast.formation.patterns import Pattern

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.when import When

_PAST = Pattern(
    r"[Ii] (?:have )?(?P<v>(?!(?:said|told|asked|thought|forgot|wanted|tried|needed|felt|knew|mentioned"
    r"|meant|hoped|decided|used|liked"
    r"|loved|hated|realised|realized|noticed|wondered|seemed|believed|guessed|supposed|managed|looked|heard"
    r"|agreed|called)\b)"
    r"(?:[a-z]{2,}ed|went|met|got|bought|came|began|broke|left|lost|sold|found|flew|ran|took|made|gave"
    r"|became|spent|fell|won|wrote"
    r"|drove|built|taught|caught|brought|sent|paid|quit|rode|sang|swam|saw|held|put|cut|hurt|hung out|threw"
    r"|grew|ate|read|did|drank"
    r"|was (?:promoted|hired|fired|diagnosed|born|in [A-Z]|elected|awarded|accepted|admitted)|had (?:an?|my"
    r"|surgery|dinner|lunch|our))\b.*)"
)
_PLAN = (
    Pattern(
        r"i am (?P<v>(?!going to be sure|thinking|hoping|trying|looking|wondering|waiting|feeling"
        r"|kidding)(?!planning)[a-z]+ing\b .+)",
        re.IGNORECASE,
    ),
    Pattern(
        r"i (?:am planning|plan|intend|am going|am about|have decided|decided) to (?P<v>[a-z]+ .+)",
        re.IGNORECASE,
    ),
    Pattern(
        r"i will (?P<v>(?!not|let you|call you|get back|be back|see|check|think|try|tell|ask|send you|keep"
        r"|be (?:ok|fine|there|done))[a-z]+ .+)",
        re.IGNORECASE,
    ),
    Pattern(
        r"i (?:have|have got) (?:an?|my|the) (?P<v>(?!minute|question|moment|second|feeling|look|problem"
        r"|chat|word)[a-z].+)",
        re.IGNORECASE,
    ),
    Pattern(
        r"my (?P<v>[a-z][\w' -]{2,60}?) (?:is|leaves|starts|begins|takes place|departs|is due"
        r"|is scheduled(?: for)?|is planned(?: for)?)\W*\Z",
        re.IGNORECASE,
    ),
)
_EMPTY = Pattern(r"(?:it|that|this|you|to it|there|him|her|them)\W*\Z", re.IGNORECASE)
_END = Pattern(
    r"[;:()]|,(?! ?\d)|\s[-\u2013\u2014]+\s|\s(?:but|because|which|so that|so|since|although|though"
    r"|and (?:it|i|we|he|she|they|my|that))\b",
    re.IGNORECASE,
)


def happening(told: Told, whens: tuple[When, ...], *, said_at: datetime) -> Claim | None:
    """What a clause with words for a time says that happened, or will; None where it has none."""
    clause = told_of(told.timeless, told.speaker)
    if clause is None or not clause.is_speaker or not whens:
        return None
    if whens[0].start <= said_at:
        match = _PAST.match(clause.told)
        return _claim(clause, "event", match["v"]) if match else None
    return next(
        (
            claim
            for pattern in _PLAN
            if (match := pattern.match(clause.told)) and (claim := _claim(clause, "plan", match["v"]))
        ),
        None,
    )


def _claim(clause: Clause, attribute: str, raw: str) -> Claim | None:
    value = _END.split(raw, maxsplit=1)[0].strip(" ,.!")
    told = _END.split(clause.told, maxsplit=1)[0].strip(" ,.!")
    short = values.clean(value)
    if short is None or _EMPTY.match(value) or values.refers(value):
        return None
    return Claim(
        clause.subject, attribute, short, is_single=False, text=capitalised(retold(told, clause.subject))
    )
