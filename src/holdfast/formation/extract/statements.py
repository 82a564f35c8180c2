"""Reads what a clause claims of its subject: by the table of attributes, or by forms that name their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.domain.entity import EntityKind
from holdfast.formation.extract import values
from holdfast.formation.extract.attributes import told_in
from holdfast.formation.extract.claim import Claim, Told
from holdfast.formation.extract.clauses import Clause, told_of, without_adverbs
from holdfast.formation.extract.lexicon import CANONICAL, HAVING, KIN, PARTNERS, PETS, SINGLE_KIN
from holdfast.formation.extract.wording import sentence_of, written
from holdfast.formation.patterns import Pattern

_NOUN = r"(?:[a-z0-9][\w'-]* ){0,3}?[a-z0-9][\w'-]*"
_IS = r"(?:is|are)(?: now| currently| still)?"
_BECAME = (
    r"(?:has )?(?:changed|went (?:up|down)|moved|rose|dropped|increased|switched|is now set|was changed) to"
)
_FAVOURITE = Pattern(
    rf"my (?:new |all-time |absolute |current )*favou?rite (?P<a>{_NOUN}) (?:{_IS}|{_BECAME}"
    rf"|has always been|has been)(?: to be)?(?: definitely| probably)? (?P<v>.+)",
    re.IGNORECASE,
)
_INVERSE = Pattern(
    rf"(?P<v>[^,;:]{{1,60}}?) (?:{_IS}|became|has become) my (?:new |all-time "
    rf"|absolute )*(?P<a>favou?rite {_NOUN}|{PARTNERS}|{KIN})\W*\Z",
    re.IGNORECASE,
)
_KIN_NAME = Pattern(
    rf"(?:my|i have (?:an?|one|another))(?: new)? (?P<kin>{KIN}|{PARTNERS}"
    rf"|{PETS})(?:'s name)? ?(?:is called|is named|called|named|is) (?P<v>.+)",
    re.IGNORECASE,
)
_IN_PASSING = Pattern(
    rf"\bmy (?P<kin>{KIN}|{PARTNERS}|{PETS}) (?P<name>(?-i:[^\W\d_a-z])[\w'-]+)", re.IGNORECASE
)
_OWN = Pattern(
    rf"my (?:new )?(?P<a>{_NOUN}) (?P<is>{_IS}|{_BECAME})(?: (?:set )?(?P<to>to|at|for|on"
    rf"|called))? (?P<v>.+)",
    re.IGNORECASE,
)
_SETTING = Pattern(
    r"i (?:have )?(?:set|changed|keep|moved|raised|lowered|increased|reduced|turned|bumped|switched|put"
    r"|updated|adjusted)"
    rf" (?:my|the|our) (?P<a>{_NOUN})(?: up| down| back)? (?:to|at|for) (?P<v>.+)",
    re.IGNORECASE,
)
_THE_SETTING = Pattern(
    rf"the (?P<a>{_NOUN}) {_IS}(?: set)?(?: (?:to|at|for))? (?P<v>[^\s,]*\d.*)", re.IGNORECASE
)
_BOUGHT = Pattern(
    r"i (?:have )?(?:got|bought|ordered|have|picked up|purchased)(?: myself)? (?:a|my"
    r"|another) new (?P<a>[a-z]+)(?:, (?:it's )?(?:an?|the)|: (?:an?|the)?) (?P<v>.+)",
    re.IGNORECASE,
)
_DIGIT = Pattern(r"\d|@")
_TELLING = Pattern(
    r"\b(?:hobby|job|profession|diet|religion|nationality|status|size|colour|color|password|pin|code"
    r"|address|number"
    r"|username|blood type|star sign|language|major|degree|salary|rent|weight|height|budget|breed|type"
    r"|genre|sport|position|priority|phase|state|owner|deadline|instrument|species|currency"
    r"|nickname|surname|middle name|last name|maiden name)\Z",
    re.IGNORECASE,
)
_NOT_AN_ATTRIBUTE = Pattern(
    r"\b(?:bad|goodness|god|point|problem|issue|question|guess|hope|idea|plan|day|week|night|morning|life"
    r"|mood|head|mind"
    r"|thoughts?|opinion|feeling|dream|fault|turn|concern|impression|understanding|advice|suggestion|answer"
    r"|response"
    r"|way|sense|experience|time|brain|bet|apologies|thanks|pleasure|heart|eyes|bottom line|worry|take|view"
    r"|wish|reason"
    r"|favou?rite|favorites?|first|last|next|only|biggest|main|whole|current|one|own|kids?|children|parents"
    r"|family|friends"
    r"|people|team|everything|thing|stuff|" + f"{PARTNERS}|{KIN}|{PETS})\\Z",
    re.IGNORECASE,
)
_FUNCTION_WORD = Pattern(
    r"\b(?:i|we|you|he|she|it|they|this|that|because|so|not|just|really|been|going|was|were|is|are|be|has"
    r"|have|had|will"
    r"|would|can|could|do|does|did|paid|and|but|or|if|then|than|the|a|an|my|your|his|her|their|our|all|very"
    r"|too|what|how)\b",
    re.IGNORECASE,
)
_HALF_NAMED = Pattern(
    r"\b(?:one|ones|thing|things|part|to|of|for|about|is|so|when|that|this)\b", re.IGNORECASE
)
_ADDRESS = Pattern(r"\b(?<!email )(?<!mail )address\Z", re.IGNORECASE)
_LINKED = Pattern(r"\b(?:of|for|in|at|that|which|who)\b")
_SETTINGS_MIN = Pattern(r"\A[^\s]*\d")


def claims_in(told: Told) -> Iterator[Claim]:
    """What a clause claims; nothing where it fits no form.

    Example:
        >>> [claim.text for claim in claims_in(Told("My car is a Volvo", "My car is a Volvo", "Ana"))]
        ['Ana drives a Volvo']
    """
    named = _naming(told)
    if named:
        yield named
        return
    clause = told_of(told.timeless, told.speaker)
    if clause is None:
        yield from _unplaced(told)
        return
    if clause.kin and clause.kin_name:
        yield _kin_claim(told.speaker, clause.kin, clause.kin_name)
    dated = told_of(told.whole, told.speaker)
    yield from claims_of(clause, dated.told if dated and dated.subject == clause.subject else clause.told)


def named_in(sentence: str, speaker: str) -> Iterator[Claim]:
    """Whom a sentence names in passing: "my mentor Patrick suggested …" takes it for known who he is.

    Example:
        >>> [claim.text for claim in named_in("Do you think my friend Kevin is right", "Ana")]
        ["Ana's friend is Kevin"]
    """
    for match in _IN_PASSING.finditer(sentence):
        name = values.person(match["name"].removesuffix("'s"))
        if name:
            yield _kin_claim(speaker, match["kin"], name)


def _naming(told: Told) -> Claim | None:
    """Who somebody is to the speaker; told first, because these sentences have two subjects."""
    own = Clause(told.speaker, without_adverbs(told.timeless), is_speaker=True)
    return _kin(own, told.whole) or _inverse(own, told.whole)


def claims_of(clause: Clause, dated: str) -> Iterator[Claim]:
    """What a clause that its subject tells claims, by the first form that it fits."""
    for read in (_possession, _favourite, _of_table, _setting, _own):
        claim = read(clause, dated)
        if claim:
            yield claim
            return


def _of_table(clause: Clause, dated: str) -> Claim | None:
    row = told_in(clause.told, dated=dated)
    if row is None:
        return None
    attribute = row.attribute
    return Claim(
        clause.subject,
        attribute.name,
        row.value,
        attribute.is_single,
        sentence_of(attribute, clause.subject, row.value),
        value_kind=attribute.kind,
    )


def _unplaced(told: Told) -> Iterator[Claim]:
    """Clauses of a speaker that begin neither with "I" nor with "my"."""
    clause = Clause(told.speaker, without_adverbs(told.timeless), is_speaker=True)
    for read in (_of_table, _the_setting):
        claim = read(clause, told.whole)
        if claim:
            yield claim
            return


def _kin(clause: Clause, dated: str) -> Claim | None:  # noqa: ARG001 (all forms are read alike)
    match = _KIN_NAME.match(clause.told) if clause.is_speaker else None
    value = match and values.clean(match["v"])
    found = value and values.person(value)
    return _kin_claim(clause.subject, match["kin"], found) if match and found else None


def _kin_claim(subject: str, kin: str, name: str) -> Claim:
    if re.fullmatch(PARTNERS, kin, re.IGNORECASE):
        return _plain(subject, "partner", name, is_single=True, kind=EntityKind.PERSON)
    if re.fullmatch(PETS, kin, re.IGNORECASE):
        text = written("{s} has a pet called {v}", subject, name)
        return Claim(subject, "pet", name, is_single=False, text=text)
    attribute = canonical(kin)
    return _plain(subject, attribute, name, is_single=attribute in SINGLE_KIN, kind=EntityKind.PERSON)


def _favourite(clause: Clause, dated: str) -> Claim | None:  # noqa: ARG001 (all forms are read alike)
    match = _FAVOURITE.match(clause.told)
    value = match and values.clean(match["v"])
    if match is None or not value or _HALF_NAMED.search(match["a"]):
        return None
    return _plain(clause.subject, f"favourite {canonical(match['a'])}", value, is_single=True)


def _inverse(clause: Clause, dated: str) -> Claim | None:  # noqa: ARG001 (all forms are read alike)
    """Such as "Eva is my sister", "Blue is my favourite colour"."""
    match = _INVERSE.match(clause.told) if clause.is_speaker else None
    value = match and values.clean(match["v"])
    if match is None or not value:
        return None
    attribute = match["a"].lower().replace("favorite", "favourite")
    if attribute.startswith("favourite "):
        thing = canonical(attribute.removeprefix("favourite "))
        return _plain(clause.subject, f"favourite {thing}", value, is_single=True)
    found = values.person(value)
    return _kin_claim(clause.subject, attribute, found) if found else None


def _possession(clause: Clause, dated: str) -> Claim | None:  # noqa: ARG001 (all forms are read alike)
    match = _BOUGHT.match(clause.told)
    value = match and values.clean(match["v"])
    found = value and values.proper(value)
    if match is None or not found:
        return None
    return _plain(clause.subject, canonical(match["a"]), found, is_single=match["a"].lower() in HAVING)


def _setting(clause: Clause, dated: str) -> Claim | None:
    """Such as "I set the thermostat to 21 degrees"."""
    match = _SETTING.match(dated)
    value = match and values.clean(match["v"])
    if match is None or not value or not _SETTINGS_MIN.match(value):
        return None
    return _plain(clause.subject, canonical(match["a"]), value, is_single=True)


def _the_setting(clause: Clause, dated: str) -> Claim | None:
    match = _THE_SETTING.match(dated)
    value = match and values.clean(match["v"])
    if match is None or not value or not is_attribute(match["a"]) or _LINKED.search(match["a"]):
        return None
    return _plain(clause.subject, canonical(match["a"]), value, is_single=True)


def _own(clause: Clause, dated: str) -> Claim | None:
    """Such as "My shoe size is 43": any possession, where the value is plainly one."""
    match = _OWN.match(dated)
    if match is None or not is_attribute(match["a"]):
        return None
    value = values.address(match["v"]) if _ADDRESS.search(match["a"]) else values.clean(match["v"])
    if not value or not is_plain_value(value, match["a"]):
        return None
    name = canonical(match["a"])
    kind = EntityKind.THING if name in HAVING else EntityKind.UNKNOWN
    return _plain(clause.subject, name, value, is_single=True, kind=kind)


def is_attribute(words: str) -> bool:
    """Whether some words may name an attribute: a noun with what belongs to it, not half a sentence."""
    return _FUNCTION_WORD.search(words) is None and _NOT_AN_ATTRIBUTE.search(words) is None


def is_plain_value(value: str, attribute: str) -> bool:
    """Whether a value is a name or a number, or the attribute of the kind whose values are plain words."""
    if _TELLING.search(attribute):
        return True
    return values.proper(value) is not None or bool(_DIGIT.search(value.split(maxsplit=1)[0]))


def canonical(attribute: str) -> str:
    """The one name of an attribute that has several.

    Example:
        >>> canonical("E-Mail Address"), canonical("shoe size")
        ('email', 'shoe size')
    """
    plain = attribute.strip().lower()
    return CANONICAL.get(plain, plain)


def _plain(
    subject: str, attribute: str, value: str, *, is_single: bool, kind: EntityKind = EntityKind.UNKNOWN
) -> Claim:
    bare = re.sub(r"\A(?:an?) ", "", value) if attribute in HAVING else value
    text = written("{s}'s {v}", subject, f"{attribute} is {value}")
    return Claim(subject, attribute, bare, is_single, text, value_kind=kind)
