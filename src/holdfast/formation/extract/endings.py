"""Reads what a clause takes back, and what it says is over: "I no longer …", "I used to …", "forget my …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.formation.extract import values
from holdfast.formation.extract.attributes import ATTRIBUTES, Attribute, told_in
from holdfast.formation.extract.claim import Claim, Told
from holdfast.formation.extract.clauses import Clause, told_of
from holdfast.formation.extract.lexicon import HAVING, PARTNERS, PETS, THIRD_PERSON
from holdfast.formation.extract.statements import canonical, claims_of
from holdfast.formation.extract.wording import sentence_of, written
from holdfast.formation.patterns import Pattern

_DENIED = (
    (Pattern(r"i am no longer (?P<rest>.+)", re.IGNORECASE), "I am "),
    (Pattern(r"i no longer (?P<rest>.+)", re.IGNORECASE), "I "),
    (Pattern(r"i do not (?P<rest>.+)", re.IGNORECASE), "I "),
    (Pattern(r"i (?P<be>am) not (?P<rest>.+)", re.IGNORECASE), "I am "),
    (Pattern(r"i have never (?P<rest>.+)", re.IGNORECASE), "I have "),
    (Pattern(r"my (?P<rest>\w.* is) no longer (?P<value>.+)", re.IGNORECASE), "My "),
)
_ANYMORE = Pattern(r"\b(?:anymore|no longer)\b", re.IGNORECASE)
_USED_TO = Pattern(r"i used to (?P<verb>\w+) (?P<rest>.+)", re.IGNORECASE)
_WAS = Pattern(
    r"i (?P<verb>lived|worked|was living|was working|was an?|studied|was based|resided) (?P<rest>.+)",
    re.IGNORECASE,
)
_WAS_NOW = {
    "lived": "live", "worked": "work", "was living": "am living", "was working": "am working", "was a":
        "am a",
    "was an": "am an", "studied": "study", "was based": "am based", "resided": "reside", "be": "am",
}  # fmt: skip
_STOPPED = Pattern(
    r"i (?:have )?(?:stopped|gave up|given up|quit|dropped|have gone off|gone off|gave up on) (?P<rest>.+)",
    re.IGNORECASE,
)
_GERUNDS = {
    "liking": ("likes",), "loving": ("likes",), "enjoying": ("likes",), "doing": ("hobby",), "learning": (
        "learning",),
    "studying": ("learning", "university"), "playing": ("plays", "hobby"), "collecting": ("collects",),
    "dating": ("partner",), "speaking": ("language",),
}  # fmt: skip
_GIVEN_UP = ("hobby", "plays", "learning", "collects")
_JOB_OVER = Pattern(
    r"i (?:have )?(?:quit|left|lost|resigned from|was fired from|got fired from|was laid off from"
    r"|got laid off from|been laid off from"
    r"|was let go from|retired from|got sacked from|was laid off|was fired|got fired|got laid off|resigned)"
    r"(?: my (?P<job>job|position|post|role)| the company)?(?: (?:at|with|from|by) (?P<at>.+)"
    r"| (?P<whom>(?-i:[^\W\d_a-z]).*| the \w.*))?\Z",
    re.IGNORECASE,
)
_DISMISSED = Pattern(r"\b(?:fired|laid off|resigned)\b", re.IGNORECASE)
_PARTED = Pattern(
    r"(?:i (?:have )?(?:broke|broken|split) up(?: with (?P<whom>.+)|,.*)?|i (?:have )?(?:got|am"
    r"|am getting) divorced(?: from (?P<ex>.+))?"
    r"|i am (?:single(?: again)?|no longer (?:with|together with) (?P<past>.+))|i (?:left|divorced"
    r"|have left) my (?:" + PARTNERS + r")\b.*)\W*\Z",
    re.IGNORECASE,
)
_PAIR_PARTED = Pattern(
    r"(?P<whom>(?-i:[^\W\d_a-z])[\w'-]+) and i (?:have )?(?:broke up|broken up|split up|split|got divorced"
    r"|are divorced|separated|are no longer together)\b",
    re.IGNORECASE,
)
_LET_GO = Pattern(
    r"i (?:have )?(?:sold|got rid of|gave away|given away|lost|donated|scrapped|returned|traded in"
    r"|no longer (?:have|own)|do not (?:have|own))"
    r" (?P<whose>my|the|our|an?|any)? ?(?P<what>[^,;]+)",
    re.IGNORECASE,
)
_DIED = Pattern(
    rf"(?:my|our) (?:{PETS}) (?P<name>(?-i:[^\W\d_a-z])\w+) (?:has )?(?:died|passed away|was put down"
    rf"|ran away)",
    re.IGNORECASE,
)
_PET_AWAY = Pattern(
    rf"i (?:had to )?(?:give|gave) away (?:my|our|the) (?:{PETS}) (?P<name>(?-i:[^\W\d_a-z])\w+)",
    re.IGNORECASE,
)
_FORGET = Pattern(
    r"(?:please |you can |just )*(?:forget|delete|erase|remove|disregard|do not remember) (?:about )?(?:my"
    r"|our) (?P<a>[\w' -]{2,40})\Z",
    re.IGNORECASE,
)
_FORGET_THAT = Pattern(
    r"(?:please |you can |just )*(?:forget|disregard|ignore) (?:what i said about |the fact "
    r"|about )?(?:that )?(?P<rest>(?:i|we|my|our)\b.+)",
    re.IGNORECASE,
)
_UNTRUE = Pattern(
    r"(?:that|this|it)(?:'s| is)(?: not|n't) (?:true|the case|correct|right|valid)"
    r" (?:any ?more|any longer)\W*\Z"
    r"|(?:that|this|it)(?:'s| is) (?:no longer (?:true|the case|correct|valid)|out ?dated|out of date)\W*\Z"
    r"|(?:please )?(?:forget (?:that|what i (?:just )?said)|(?:scratch|strike) that)\W*\Z",
    re.IGNORECASE,
)
"""A bare "that's wrong" is left out: it mostly answers what an assistant said."""
_ROWS = {row.name: row for row in reversed(ATTRIBUTES)}


def takes_back_the_last(sentence: str) -> bool:
    """Whether a sentence takes back what was said just before.

    Example:
        >>> takes_back_the_last("That's not true any more")
        True
    """
    return _UNTRUE.match(sentence) is not None


def forgets(sentence: str) -> str | None:
    """What is to be forgotten, as the clause that once said it: "forget that I live in Rome"."""
    match = _FORGET_THAT.match(sentence)
    return match["rest"] if match and not _FORGET.match(sentence) else None


def ending_claims(told: Told) -> Iterator[Claim]:
    """What a clause takes back or says is over; empty where it does neither.

    Example:
        >>> [(c.attribute, c.value) for c in ending_claims(Told(*["I no longer live in Rome"] * 2, "Ana"))]
        [('home', 'Rome')]
    """
    for read in (_forgotten, _pair_parted, _pet_gone):
        claim = read(told)
        if claim:
            yield claim
            return
    clause = told_of(told.timeless, told.speaker)
    if clause is None:
        return
    for read_all in (_parted, _job_over, _denied, _used_to, _stopped, _let_go):
        claims = tuple(read_all(clause))
        if claims:
            yield from claims
            return


def _forgotten(told: Told) -> Claim | None:
    match = _FORGET.match(told.whole)
    if match is None:
        return None
    attribute = canonical(match["a"].replace("favorite", "favourite"))
    return _whole_slot(told.speaker, "home" if attribute == "address" else attribute)


def _pair_parted(told: Told) -> Claim | None:
    match = _PAIR_PARTED.match(told.timeless)
    return _of_row(told.speaker, "partner", match["whom"]) if match else None


def _pet_gone(told: Told) -> Claim | None:
    match = _DIED.match(told.timeless) or _PET_AWAY.match(
        re.sub(r"\A(?:we|i)\b", "I", told.timeless, flags=re.IGNORECASE)
    )
    return _of_row(told.speaker, "pet", match["name"]) if match else None


def _parted(clause: Clause) -> Iterator[Claim]:
    match = _PARTED.match(clause.told)
    if match:
        whom = match["whom"] or match["ex"] or match["past"]
        found = values.name(values.clean(whom) or "") if whom else None
        yield _of_row(clause.subject, "partner", found) if found else _whole_slot(clause.subject, "partner")


def _job_over(clause: Clause) -> Iterator[Claim]:
    match = _JOB_OVER.match(clause.told)
    if match is None:
        return
    named = values.clean(match["at"] or match["whom"] or "")
    employer = values.organisation(named) if named else None
    if employer:
        yield _of_row(clause.subject, "employer", employer)
        if not match["job"]:
            yield _of_row(clause.subject, "home", employer)
    elif match["job"] or (not named and _DISMISSED.search(clause.told)):
        yield _whole_slot(clause.subject, "employer")


def _denied(clause: Clause) -> Iterator[Claim]:
    is_over = _ANYMORE.search(clause.told) is not None
    if not is_over and told_in(clause.told):  # "I do not like olives" is a statement of its own
        return
    for pattern, start in _DENIED:
        match = pattern.match(clause.told)
        if match is None:
            continue
        rest = match["rest"] + (f" {match['value']}" if "value" in pattern.compiled.groupindex else "")
        verb, _, after = rest.partition(" ")
        affirmed = f"{start}{THIRD_PERSON.get(verb.lower(), verb)} {after}".strip()
        for claim in claims_of(clause._replace(told=affirmed), affirmed):
            yield _retracted(claim)
        return


def _used_to(clause: Clause) -> Iterator[Claim]:
    match = _USED_TO.match(clause.told) or _WAS.match(clause.told)
    if match is None:
        return
    verb = match["verb"].lower()
    affirmed = f"I {_WAS_NOW.get(verb, verb)} {match['rest']}"
    for claim in claims_of(clause._replace(told=affirmed), affirmed):
        row = _ROWS.get(claim.attribute)
        text = sentence_of(row, claim.subject, claim.value or "", ended=True) if row else claim.text
        yield claim._replace(ended=True, text=text)


def _stopped(clause: Clause) -> Iterator[Claim]:
    match = _STOPPED.match(clause.told)
    if match is None:
        return
    verb, _, after = match["rest"].partition(" ")
    known = _GERUNDS.get(verb.lower())
    value = values.clean(after if known else match["rest"])
    attributes = known or (("likes",) if "gone off" in match[0].lower() else _GIVEN_UP)
    if value:
        yield from (_of_row(clause.subject, attribute, value) for attribute in attributes)


def _let_go(clause: Clause) -> Iterator[Claim]:
    match = _LET_GO.match(clause.told)
    what = match and values.clean(match["what"])
    if match is None or not what:
        return
    bare = canonical(re.sub(r"\A(?:old|new|beloved|trusty) ", "", what))
    if bare in HAVING:
        yield _whole_slot(clause.subject, bare)
    elif (match["whose"] or "").lower() in {"my", "the", "our"}:
        for attribute in sorted(HAVING):
            yield _plain_end(clause.subject, attribute, what)
        yield _of_row(clause.subject, "owns", what)


def no_longer(attribute: str, subject: str, value: str) -> str:
    """The sentence that says that a value of an attribute holds no longer.

    Example:
        >>> no_longer("likes", "Ana", "sushi"), no_longer("shoe size", "Ana", "43")
        ('Ana no longer likes sushi', "Ana's shoe size is no longer 43")
    """
    row = _ROWS.get(attribute)
    if row is not None:
        return sentence_of(row, subject, value, retracts=True)
    return written("{s}'s {v}", subject, f"{attribute} is no longer {value}")


def _retracted(claim: Claim) -> Claim:
    text = no_longer(claim.attribute, claim.subject, claim.value or "")
    return claim._replace(retracts=True, text=text)


def _of_row(subject: str, attribute: str, value: str) -> Claim:
    row: Attribute = _ROWS[attribute]
    text = sentence_of(row, subject, value, retracts=True)
    return Claim(subject, row.name, value, row.is_single, text, retracts=True, value_kind=row.kind)


def _plain_end(subject: str, attribute: str, value: str) -> Claim:
    text = written("{s} no longer has the {v}", subject, f"{attribute} {value}")
    return Claim(subject, attribute, value, is_single=True, text=text, retracts=True)


def _whole_slot(subject: str, attribute: str) -> Claim:
    row = _ROWS.get(attribute)
    text = f"What was known of {subject}'s {attribute} holds no longer"
    return Claim(subject, attribute, None, row.is_single if row else True, text, retracts=True)
