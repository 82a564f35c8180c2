"""The table of attributes: how each is told and written, and whether one has one value of it at a time.

A row holds for everybody: clauses about others are told as "I …" and "My …" first (``clauses.told_of``). In a
sentence ``{s}`` is the subject and ``{v}`` the value; patterns are joined by ``|`` and end before the value,
or name it ``<V>`` where words follow it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from holdfast.domain.entity import EntityKind
from holdfast.formation.extract import values
from holdfast.formation.extract.lexicon import DIETS, PARTNERS, PETS
from holdfast.formation.patterns import Pattern


class Attribute(NamedTuple):
    """One row: the patterns, the check of a value, and the sentence that says it.

    ``is_dated`` rows are read with the words for times left in, because their value is one.
    """

    name: str
    is_single: bool
    sentence: str
    check: values.Check
    patterns: str
    kind: EntityKind = EntityKind.UNKNOWN
    is_dated: bool = False


ONE, MANY = True, False

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute(
        "home", ONE, "{s} lives in {v}", values.place,
        "i (?:live|reside|am living|am residing|have lived|have been living|am based|have been based"
        "|settled|settled down"
        "|have settled|have settled down|am located|live over|have a (?:small |big |nice |new )?(?:flat"
        "|apartment)"
        "|rent a (?:small |big |nice |new )?(?:flat|apartment|room)) in"
        "|i (?:have )?(?:moved|relocated)(?: back| over| here| house| out)?(?: from [^,]{1,40}?)? to"
        "|my (?:home|place|flat|apartment|new flat|new apartment|new home|new place) is in"
        "|home (?:for me )?is(?: in)?|i call <V> home"
        "|my home is",
        EntityKind.PLACE,
    ),
    Attribute("origin", ONE, "{s} comes from {v}", values.place,
        "i (?:am|come|am originally|originally come) from", EntityKind.PLACE),
    Attribute("birthplace", ONE, "{s} was born in {v}", values.place,
        "i was born(?: and raised)? in", EntityKind.PLACE),
    Attribute("raised", ONE, "{s} grew up in {v}", values.place,
        "i (?:grew up|was raised) in", EntityKind.PLACE),
    Attribute(
        "job", ONE, "{s} works as {a} {v}", values.trade,
        "i (?:work|am working|have worked|have been working|am employed|started|have started"
        "|started working|earn my living"
        "|make my living|make a living|got a job|got a new job|found a job|was hired|have been hired) as"
        "|my (?:new )?(?:job|profession|occupation|day job|job title) is(?: to be)?(?: that of)?"
        "|for a living i am"
        "|i am an? <V> by (?:profession|trade)",
    ),
    Attribute(
        "job", ONE, "{s} works as {a} {v}", values.occupation,
        "i (?:am|became|have become|am working as|trained as) an?|being an?",
    ),
    Attribute(
        "employer", ONE, "{s} works at {v}", values.organisation,
        "i (?:work|am working|have worked|have been working|started working|have started working|started"
        "|have started"
        "|am employed|was hired|have been hired|have a job|got a job|got a new job|found a job|started a job"
        "|started a new job|have a new job|have been employed|accepted a job|took a job|signed) (?:at|for"
        "|by|with)"
        "|i (?:have )?joined|my (?:new )?(?:employer|company|workplace) is(?: called)?"
        "|the company i work for is",
        EntityKind.ORGANISATION,
    ),
    Attribute("age", ONE, "{s} is {v} years old", values.age,
        "i (?:am|turned|have turned|am turning)|my age is"),
    Attribute(
        "partner", ONE, "{s}'s partner is {v}", values.person,
        "i (?:am married to|have been married to|got married to|married|have married|am dating"
        "|have been dating|started dating"
        "|got engaged to|am engaged to"
        f"|am in a relationship with|am together with|am going out with)"
        f"|my (?:new )?(?:{PARTNERS})(?:'s name)? is(?: called| named)?",
        EntityKind.PERSON,
    ),
    Attribute("birthday", ONE, "{s}'s birthday is {v}", values.date,
        "my birthday is(?: on)?|i was born on(?: the)?", is_dated=True),
    Attribute("email", ONE, "{s}'s email is {v}", values.email,
        "my (?:new )?(?:email|e-mail)(?: address)? (?:is|changed to|has changed to)(?: now)?"
              "|i have a new email(?: address)?, (?:it's|it is)|you can (?:reach me at|write to me at)"
              "|(?:reach me|write to me) at"),
    Attribute("diet", ONE, "{s} is {v}", values.diet,
        f"i (?:am|became|have become|went|have been|turned|eat|have gone)(?= (?:an? )?(?:{DIETS})\\b)"),
    Attribute("name", ONE, "{s}'s name is {v}", values.person,
        "my (?:first |full )?name is|(?:please |you can |just )?call me|i am called|i go by",
        EntityKind.PERSON),
    Attribute("car", ONE, "{s} drives {a} {v}", values.model,
        "i drive (?:an?|the|my)(?: old| new| used| second-hand)?|my new car is an?|my car is an?"),
    Attribute("phone", ONE, "{s}'s phone is {a} {v}", values.model,
        "i (?:use|have|switched to|am using) an? <V> as (?:my|a) phone"),
    Attribute("timezone", ONE, "{s}'s timezone is {v}", values.proper,
        "i am (?:in|on) the <V> time ?zone|the time ?zone i am in is"),
    Attribute("weight", ONE, "{s} weighs {v}", values.proper, "i weigh"),
    Attribute("university", ONE, "{s} studies at {v}", values.organisation,
        "i (?:study|am studying|am a student) at|i (?:go to|attend)(?= [^,]*(?:university|college"
        "|school)\\b)", EntityKind.ORGANISATION),
    Attribute(
        "likes", MANY, "{s} likes {v}", values.thing,
        "i (?:love|like|enjoy|adore|have loved|have liked|have enjoyed|am into|have been into|am fond of"
        "|am keen on|am passionate about"
        "|am crazy about|am (?:an? )?(?:big |huge |great |massive )?fan of)",
    ),
    Attribute(
        "dislikes", MANY, "{s} dislikes {v}", values.thing,
        "i (?:hate|dislike|have hated|cannot stand|cannot bear|detest|do not like|do not enjoy"
        "|am not (?:an? )?(?:big |huge )?fan of"
        "|am not fond of|am not keen on|am not into|loathe|do not care for)",
    ),
    Attribute("prefers", MANY, "{s} prefers {v}", values.thing, "i prefer"),
    Attribute("allergy", MANY, "{s} is allergic to {v}", values.thing,
        "i am allergic to|i have been allergic to|i have an? (?:bad |severe |strong |mild )?<V> allergy"
        "|i have an allergy to|i am intolerant to"),
    Attribute("language", MANY, "{s} speaks {v}", values.name,
        "i (?:speak|can speak|am fluent in|speak fluent)"),
    Attribute(
        "learning", MANY, "{s} is learning {v}", values.activity,
        "i (?:am learning|have been learning|started learning|have started learning|started to learn"
        "|am studying|have been studying"
        "|am teaching myself|am taking lessons in|am learning to play)(?: to play)?",
    ),
    Attribute("hobby", MANY, "{s}'s hobby is {v}", values.thing,
        "my (?:new |main |favou?rite )?hobb(?:y is|ies are)|one of my hobbies is|i (?:have )?(?:taken"
        "|took) up|i do <V> in my (?:free|spare) time"),
    Attribute("plays", MANY, "{s} plays {v}", values.activity, "i play (?!a (?:role|part)|with|it)"),
    Attribute("collects", MANY, "{s} collects {v}", values.activity, "i collect"),
    Attribute("condition", MANY, "{s} has {v}", values.thing,
        "i (?:was|have been) diagnosed with|i (?:have|suffer from)(?= (?:type [12] )?(?:diabetes|asthma"
        "|migraines?|epilepsy|arthritis|celiac|coeliac|eczema|insomnia|adhd|hypertension|hay fever))"),
    Attribute("pet", MANY, "{s} has a pet called {v}", values.name,
        rf"i (?:have|adopted|got|have adopted|bought|own) (?:an?|another|our|my)(?: new| little| old"
        rf"| small)? (?:{PETS}) (?:called|named)|my (?:new )?(?:{PETS})(?:'s name)? is(?: called| named)?"),
    Attribute("owns", MANY, "{s} owns {v}", values.thing, "i own"),
)  # fmt: skip


class Row(NamedTuple):
    """An attribute that a clause tells, and its value in the best form."""

    attribute: Attribute
    value: str


def told_in(clause: str, *, dated: str | None = None) -> Row | None:
    """The first row of the table that a clause fits, its words for times taken out; ``dated`` has them in.

    Example:
        >>> told = told_in("I work as a nurse")
        >>> told.attribute.name, told.value
        ('job', 'nurse')
    """
    for attribute, pattern in _compiled():
        match = pattern.match(dated if attribute.is_dated and dated is not None else clause)
        value = match and values.clean(match["v"] if match["v"] is not None else match["w"])
        best = value and attribute.check(value)
        if best:
            return Row(attribute, best)
    return None


def with_article(noun: str) -> str:
    """The indefinite article before a noun."""
    return "an" if noun[:1].lower() in "aeio" else "a"


@cache
def _compiled() -> tuple[tuple[Attribute, Pattern], ...]:
    return tuple((row, Pattern(_pattern(row.patterns), re.IGNORECASE)) for row in ATTRIBUTES)


def _pattern(patterns: str) -> str:
    """One pattern for a row: those with the value at the end as ``v``, one with it inside as ``w``."""
    rows = _alternatives(patterns)
    inside = [row.replace("<V>", r"(?P<w>[^,;]{1,80}?)") for row in rows if "<V>" in row]
    ending = [row for row in rows if "<V>" not in row]
    parts = [rf"(?:{'|'.join(ending)})\s+(?P<v>.+)" if ending else r"(?P<v>(?!))", *inside]
    return rf"(?:{'|'.join(parts)})"


def _alternatives(patterns: str) -> list[str]:
    """The alternatives at the top level of a pattern."""
    found, depth = [""], 0
    for character in patterns:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return found
