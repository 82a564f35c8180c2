"""Statements about anything: "the A of B is C", "B's A is C", and "B was founded by C"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast import limits
from holdfast.domain.entity import EntityKind
from holdfast.formation.extract import values
from holdfast.formation.extract.claim import Claim, Told
from holdfast.formation.extract.statements import canonical, is_plain_value
from holdfast.formation.extract.wording import capitalised, retold, written
from holdfast.formation.patterns import Pattern

_OF = Pattern(
    r"(?:the|our|my) (?P<a>(?:[\w'-]+ ){0,4}?[\w'-]+) (?:of|for) (?P<b>.{1,120}?) (?:is|are|was)(?: now"
    r"| currently)? (?P<c>.+)",
    re.IGNORECASE,
)
_IN = Pattern(
    r"(?:the) (?P<a>(?:[\w'-]+ ){0,3}?[\w'-]+) (?:in|at) (?P<b>(?-i:[^\W\d_a-z]).{1,80}?) is(?: now"
    r"| currently)? (?P<c>.+)"
)
_LONG_NOUN = Pattern(
    r"the (?P<b>[a-z][\w'-]+ .{2,120}?) (?:is|are)(?: now| currently)? (?P<c>.+)", re.IGNORECASE
)
_OWNER = Pattern(
    r"(?P<b>[^,;:]{1,80}?)'s (?P<a>(?:[a-z][\w-]* ){0,3}[a-z][\w-]*) (?:is|are)(?: now"
    r"| currently)? (?P<c>.+)"
)
_IS_THE = Pattern(
    r"(?P<c>[^,;:]{1,80}?) (?:is|are)(?: now| currently)? the (?P<a>(?:[\w'-]+ ){0,3}?[\w'-]+) (?:of"
    r"|for) (?P<b>.+)"
)
_PARTICIPLE = (
    r"(?:[a-z]+ed|born|made|built|known|written|held|led|run|owned|sung|won|found|sold|drawn"
    r"|taught|spoken|set|shot|begun|chosen|grown|given|a citizen|a member|a resident|a native"
    r"|a part|part|a student|an employee|famous|native|located|responsible|home|similar|next"
    r"|close|identical|capital)"
)
_LINK = r"(?:by|in|to|with|for|of|at|from|as|on)"
_VERB = Pattern(
    rf" (?P<r>(?:(?:is|was|are|were|has been|became) (?:also |now |currently )?{_PARTICIPLE} {_LINK}"
    r"|(?:plays?|speaks?|spoke|played|died|worked|works|lived|holds|held|belongs|serves?|served|married"
    r"|graduated|studied"
    r"|originated|comes|came|stands|leads|heads|resides|performs|wrote|writes|won|directed|founded|invented"
    r"|designed|composed"
    r"|produced|produces|owns|manufactures|created|discovered|developed|represents|represented|painted"
    r"|governs|employs"
    r"|has its headquarters|is headquartered|was headquartered)(?: (?:in|of|at|for|as|to|from|with|by))?)"
    r"(?: the [a-z]+(?: [a-z]+)? (?:of|in))?) (?P<o>.+)"
)
_ACTIVE_ONE = {"founded": "was founded by"}
_HEADQUARTERS = Pattern(r"(?:has its headquarters|is headquartered) (?:in|at)")
_WHERE = Pattern(
    r"(?:(?:located|based|situated) )?(?:in|at) (?:the (?:city|town|country|state|continent|village"
    r"|province|region) of )?",
    re.IGNORECASE,
)
_NO_SUBJECT = Pattern(
    r"(?:i|we|he|she|they|it|you|this|that|these|those|there|here|who|what|which|everyone|everybody|someone"
    r"|somebody|nobody"
    r"|one|people|some|many|most|all|both|my|our|your|his|her|their|its|a|an|if|when|as|and|but|or|so|to|in"
    r"|on|at|for|no"
    r"|not|nothing|something|everything|each|every|any|dinner|lunch|breakfast|today|tomorrow|yesterday)\b",
    re.IGNORECASE,
)
_HALF = Pattern(
    r"\b(?:i|we|you|it|they|because|so|not|just|really|been|was|were|is|are|has|have|had|will|paid|and|but"
    r"|then)\b"
)
_PERSONAL = Pattern(r"\b(?:we|my|our|you|your|me|us|i)\b|\A(?:I|We|You)\b|\b(?:and|that|when|where) I\b")
_TITLED = Pattern(
    r"(?:A|An|All|In|On|At|To|If|When|My|Your|No|One|Some|Every|Each|This|That|Here|It|He|She|You|We|They"
    r"|Nothing|Everything|Who|What|As|And|But|Or|So|For) (?=[A-Z])"
)
"""A name that begins like a sentence: "A Christmas Carol"."""
_NOUN_WORDS_MAX = 5
_NO_ATTRIBUTE = Pattern(
    r"\b(?:thing|things|problem|point|rest|purpose|most|one|some|lot|best|end|question|idea|fact|issue"
    r"|reason|goal|use"
    r"|kind|sort|way|moral|beauty|part|half|truth|trick|key|matter|majority|time|day|story|view|sense|bit"
    r"|couple|number"
    r"|number of|cause|result|effect|secret|start|middle|top|bottom|side|rule|art|joy|hint|word|idea|pair"
    r"|cup|glass)\Z",
    re.IGNORECASE,
)
_MANY = Pattern(
    r"\b(?:famous|known|speaks?|spoke|wrote|writes|won|directed|invented|designed|composed|produced"
    r"|produces|owns|manufactures"
    r"|created|discovered|developed|painted|played|performs|employs|worked|lived|served|studied|graduated"
    r"|a member|founded)\b"
)
_DEFINITE = Pattern(
    r"\bthe [a-z]+(?: [a-z]+)? (?:of|in)\Z|\b(?:was|is|were|are) (?:\w+ed|sung|written|made|built) by\Z"
)
_DATED = Pattern(
    r"\b(?:deadline|date|due|birthday|anniversary|day|start|launch|release|appointment|exam|opening)\b",
    re.IGNORECASE,
)


def general_claims(told: Told) -> Iterator[Claim]:
    """What a clause claims of somebody or something other than its speaker.

    Example:
        >>> said = "The capital of Peru is Lima"
        >>> [(each.subject, each.value) for each in general_claims(Told(said, said, "Ana"))]
        [('Peru', 'Lima')]
    """
    for read in (_of_form, _owner_form, _is_the_form, _long_noun_form, _verb_form):
        claim = read(told)
        if claim:
            yield claim
            return


def _of_form(told: Told) -> Claim | None:
    for pattern in (_OF, _IN):
        match = pattern.match(told.whole)
        if match:
            return _attribute_claim(told, match["b"], match["a"], match["c"], is_inside=True)
    return None


def _owner_form(told: Told) -> Claim | None:
    match = _OWNER.match(told.whole)
    return _attribute_claim(told, match["b"], match["a"], match["c"]) if match else None


def _is_the_form(told: Told) -> Claim | None:
    """Such as "Lima is the capital of Peru"."""
    match = _IS_THE.match(told.whole)
    if match is None or not values.proper(match["c"]) or _NO_SUBJECT.match(match["c"]):
        return None
    return _attribute_claim(told, values.clean(match["b"]) or "", match["a"], match["c"], is_inside=True)


def _attribute_claim(
    told: Told, owner: str, attribute: str, raw: str, *, is_inside: bool = False
) -> Claim | None:
    """``is_inside`` if the owner stands within the sentence, where only a name begins with a capital."""
    value = values.clean(_WHERE.sub("", raw, count=1) if _WHERE.match(raw) else raw)
    is_title = is_inside and re.match(r"(?:My|Our) [^\W\d_a-z]", owner) is not None
    subject = owner.strip(" ,") if is_title else _subject(owner, told.speaker)
    if (
        not value
        or subject is None
        or _NO_ATTRIBUTE.search(attribute)
        or "'" in attribute
        or _HALF.search(attribute)
    ):
        return None
    known = canonical(attribute)
    if not (_looks_named(owner) and is_plain_value(value, known)):
        return None
    if known == "was founded by":
        return Claim(subject, known, value, is_single=True, text=f"{subject} {known} {value}")
    text = written("The {v}", subject, f"{known} of {subject} is {value}")
    return Claim(subject, known, value, is_single=True, text=text)


def _verb_form(told: Told) -> Claim | None:
    match = _VERB.search(told.timeless)
    if match is None:
        return None
    owner, relation = told.timeless[: match.start()].strip(), match["r"]
    value = _object(match["o"])
    subject = _subject(owner, told.speaker)
    if not value or subject is None or not _may_relate(owner, relation, value):
        return None
    if _HEADQUARTERS.search(relation):
        text = f"The headquarters of {subject} is {value}"
        return Claim(subject, "headquarters", value, is_single=True, text=text, value_kind=EntityKind.PLACE)
    if relation in _ACTIVE_ONE and _looks_named(value):
        inverse = _ACTIVE_ONE[relation]
        return Claim(value, inverse, subject, is_single=True, text=f"{value} {inverse} {subject}")
    return Claim(
        subject,
        relation,
        value,
        is_single=is_single(relation),
        text=capitalised(f"{subject} {relation} {value}"),
    )


def is_single(relation: str) -> bool:
    """Whether a subject stands in this relation to one thing at a time.

    Example:
        >>> is_single("was founded by"), is_single("is famous for"), is_single("speaks the language of")
        (True, False, True)
    """
    return bool(_DEFINITE.search(relation)) or not _MANY.search(relation)


def _long_noun_form(told: Told) -> Claim | None:
    """Such as "The company that built the bridge is Arup": a thing that is told by a clause of its own."""
    match = _LONG_NOUN.match(told.timeless)
    if match is None or not re.search(r"\b(?:that|which|who|where|whose)\b", match["b"]):
        return None
    value = values.clean(match["c"])
    if (
        not value
        or not re.search(r"[A-Z\d]", match["b"])
        or re.search(r"\b(?:i|we|my|you)\b", match["b"], re.IGNORECASE)
    ):
        return None
    subject = f"the {match['b']}"
    return Claim(subject, "is", value, is_single=True, text=capitalised(f"{subject} is {value}"))


def _object(raw: str) -> str | None:
    """An object keeps its commas where what follows is part of a name: "Philippe, Duke of Orléans"."""
    named = re.match(r"[^,;:()\"]+(?:, [A-Z][^,;:()\"]*)*", raw)
    value = named[0].strip(" .!") if named else raw
    return values.clean(value) if "," not in value else value


def _subject(owner: str, speaker: str) -> str | None:
    bare = owner.strip(" ,")
    own = re.match(r"(?:my|our) (?P<rest>[a-z].*)", bare, re.IGNORECASE)
    if own:
        return retold(bare, speaker)
    is_none = _NO_SUBJECT.match(bare) and not _TITLED.match(bare)
    return None if not bare or is_none or len(bare.split()) > limits.FACT_VALUE_WORDS_MAX else bare


def _looks_named(owner: str) -> bool:
    return re.search(r"[A-Z\d]|[^\W_a-zA-Z\d]|\Athe \w+", owner) is not None


def _may_relate(owner: str, relation: str, value: str) -> bool:
    """A thing with a small letter counts where the relation is plainly one of the world."""
    if _PERSONAL.search(f"{owner} {value}"):
        return False
    capital = re.match(r"[^\W_a-z]", owner) is not None
    definite = _DEFINITE.search(relation) is not None
    named = values.proper(value) is not None
    if owner.lower().startswith(("the ", "a ")):
        return named and len(owner.split()) <= _NOUN_WORDS_MAX
    return (capital and (named or definite)) or (definite and len(owner.split()) <= _NOUN_WORDS_MAX)
