"""Makes the statements that rules are measured on, the same every time.

::

    python -m benchmarks.quality.formation.generate

Each persona says what it is, changes some of it, takes some back, says things again in the same or other
words, and chats in between; half of the personas share their conversation with another one who speaks of the
same topics. Every line of the file is one message with what it should bring: facts and decisions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.quality.formation import templates

FILE = Path(__file__).parent / "data" / "statements.jsonl"
SEED = 20260312
PERSONAS = 24
"""Of each half; each says some 35 things."""

Line = dict[str, Any]


class Half(NamedTuple):
    """Which templates and values are used: those on even places, or the others."""

    name: str
    first: int

    def of(self, all_of: Sequence[Any]) -> list[Any]:
        """The half's share of some templates or values; all of them where there is one only."""
        return list(all_of[self.first :: 2]) or list(all_of)


class Persona:
    """Somebody who says things one after another, and what has been said so far."""

    def __init__(self, half: Half, number: int, random_source: random.Random, name: str) -> None:
        self.half, self.number, self.random, self.name = half, number, random_source, name
        self.now = datetime(2025, 1, 6, 9, 30, tzinfo=UTC) + timedelta(days=number)
        self.one: dict[tuple[str, str], str] = {}
        self.many: dict[str, list[str]] = {}
        self.said: list[tuple[str, str]] = []

    def later(self) -> datetime:
        """Some hours to days later."""
        self.now += timedelta(hours=self.random.randint(20, 200))
        return self.now


def main() -> None:
    """Writes the file."""
    text = render()
    FILE.write_text(text, encoding="utf-8")
    print(f"wrote {text.count(chr(10))} messages to {FILE.name}")


def render() -> str:
    """The content of the file: one message a line."""
    lines = [line for half in (Half("first", 0), Half("second", 1)) for line in _half(half)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _half(half: Half) -> Iterator[Line]:
    names = [
        "Ana",
        "Bruno",
        "Chiara",
        "Dario",
        "Edith",
        "Farid",
        "Greta",
        "Hugo",
        "Iris",
        "Jorge",
        "Kaya",
        "Levi",
    ]
    for number in range(PERSONAS):
        source = random.Random(f"{SEED}{half.name}{number}")
        speakers = [names[number % len(names)]]
        if number % 2:
            speakers.append(names[(number + 5) % len(names)])
        personas = [Persona(half, number, source, name) for name in speakers]
        for persona in personas:
            persona.now = personas[0].now
        stories = [list(_story(persona)) for persona in personas]
        lines = [line for story in stories for line in story]
        for line in _in_order(lines):
            yield {"half": half.name, "conversation": f"{half.name}-{number}", **line}


def _in_order(lines: list[Line]) -> Iterator[Line]:
    """The lines of all speakers by time; what they say of others counts among all of them."""
    world: dict[tuple[str, str], str] = {}
    for line in sorted(lines, key=lambda line: str(line["at"])):
        for gold in line["gold"]:
            if gold["subject"] != line["name"]:
                key = (gold["subject"], gold["attribute"])
                old = world.get(key)
                gold["verb"] = "ADD" if old is None else "NONE" if old == gold["value"] else "UPDATE"
                gold.pop("old", None)
                if gold["verb"] == "UPDATE":
                    gold["old"] = old
                world[key] = gold["value"]
        yield line


def _story(persona: Persona) -> Iterator[Line]:
    source = persona.random
    for attribute in source.sample(sorted(templates.STATES), 7):
        yield from _chat(persona)
        yield from _state(persona, attribute)
    for attribute in source.sample(sorted(templates.MANY), 5):
        yield from _another(persona, attribute)
    yield from _third(persona)
    yield from _event(persona)
    yield from _plan(persona)
    yield from _instruction(persona)
    changeable = [key for attribute, key in _own_keys(persona) if attribute in templates.CHANGES]
    for key in source.sample(changeable, min(4, len(changeable))):
        yield from _chat(persona)
        yield from _change(persona, key)
    yield from _again(persona)
    yield from _again(persona)
    yield from _event(persona)
    yield from _assistant(persona)
    for attribute in source.sample(sorted(templates.ENDS), 8):
        yield from _end(persona, attribute)
    yield from _kin(persona)
    yield from _chat(persona)


def _own_keys(persona: Persona) -> list[tuple[str, tuple[str, str]]]:
    return [
        (attribute, (subject, attribute)) for subject, attribute in persona.one if subject == persona.name
    ]


def _line(persona: Persona, text: str, gold: list[Line], *, kind: str, role: str = "user") -> Line:
    return {
        "at": persona.later().isoformat().replace("+00:00", "Z"),
        "role": role,
        "name": persona.name if role == "user" else None,
        "text": text,
        "kind": kind,
        "gold": gold,
    }


def _fact(verb: str, subject: str, attribute: str, value: str | None, **more: Any) -> Line:  # noqa: ANN401 (JSON)
    return {"verb": verb, "subject": subject, "attribute": attribute, "value": value, **more}


def _fill(persona: Persona, template: str, **words: str) -> str:
    greeting = persona.random.choice(templates.GREETINGS)
    text = template
    for key, word in words.items():
        text = text.replace(f"{{{key}}}", word).replace(
            f"{{{key.capitalize()}}}", word[:1].upper() + word[1:]
        )
    opens = text.split(" ", 1)[0].rstrip(",")
    if not greeting or opens in {"So", "Oh", "Well", "By", "Actually", "Hi", "Big", "Please"}:
        return text
    keeps_capital = opens in {"I", "I'm", "I've"} or not template.startswith(opens)
    return greeting + (text if keeps_capital else text[:1].lower() + text[1:])


def _article(text: str) -> str:
    for vowel in "aeioAEIO":
        text = text.replace(f" a {vowel}", f" an {vowel}")
    return text


def _pick(persona: Persona, values: str, *, but: Sequence[str] = ()) -> str:
    choices = [value for value in persona.half.of(templates.VALUES[values]) if value not in but]
    return str(persona.random.choice(choices))


def _state(persona: Persona, attribute: str) -> Iterator[Line]:
    value = persona.name if attribute == "name" else _pick(persona, attribute)
    template = persona.random.choice(persona.half.of(templates.STATES[attribute]))
    text = _article(_fill(persona, template, v=value))
    persona.one[persona.name, attribute] = value
    persona.said.append((text, attribute))
    yield _line(persona, text, [_fact("ADD", persona.name, attribute, value)], kind="state")


def _another(persona: Persona, attribute: str) -> Iterator[Line]:
    value = _pick(persona, attribute, but=persona.many.get(attribute, ()))
    template = str(persona.random.choice(persona.half.of(templates.MANY[attribute])))
    words, when = ("", None)
    if "{when}" in template:
        words, when = _when(persona, templates.PAST)
    text = _fill(persona, template, v=value, when=words)
    persona.many.setdefault(attribute, []).append(value)
    persona.said.append((text, attribute))
    gold = _fact("ADD", persona.name, attribute, value)
    yield _dated(_line(persona, text, [gold], kind="state"), when)


def _change(persona: Persona, key: tuple[str, str]) -> Iterator[Line]:
    attribute, old = key[1], persona.one[key]
    value = _pick(persona, attribute, but=[old])
    template = str(persona.random.choice(persona.half.of(templates.CHANGES[attribute])))
    words, when = ("", None)
    if "{when}" in template.lower():
        words, when = ("yesterday", (-1, "day"))
    text = _article(_fill(persona, template, v=value, old=old, when=words))
    persona.one[key] = value
    gold = _fact("UPDATE", persona.name, attribute, value, old=old)
    yield _dated(_line(persona, text, [gold], kind="change"), when)
    persona.said = [said for said in persona.said if said[1] != attribute]


def _end(persona: Persona, attribute: str) -> Iterator[Line]:
    key = (persona.name, attribute)
    many = persona.many.get(attribute)
    if key not in persona.one and not many:
        return
    old = persona.one.pop(key) if key in persona.one else str(many.pop())  # type: ignore[union-attr]
    template = str(persona.random.choice(persona.half.of(templates.ENDS[attribute])))
    text = _fill(persona, template, old=old, when="yesterday")
    when = (-1, "day") if "{when}" in template else None
    persona.said = [said for said in persona.said if said[1] != attribute]
    yield _dated(_line(persona, text, [_fact("DELETE", persona.name, attribute, old)], kind="end"), when)


def _again(persona: Persona) -> Iterator[Line]:
    """Says something again: word for word, or another way."""
    if persona.said and persona.random.random() < 0.5:
        text, attribute = persona.random.choice(persona.said)
        value = persona.one.get((persona.name, attribute)) or next(
            (value for value in persona.many.get(attribute, ()) if value in text), None
        )
        if value and not any(words in text for words in ("ago", "last", "yesterday")):
            yield _line(persona, text, [_fact("NONE", persona.name, attribute, value)], kind="again")
        return
    own = [key for attribute, key in _own_keys(persona) if attribute != "name"]
    if own:
        key = persona.random.choice(own)
        value = persona.one[key]
        template = persona.random.choice(persona.half.of(templates.STATES[key[1]]))
        text = _article(_fill(persona, template, v=value))
        yield _line(persona, text, [_fact("NONE", persona.name, key[1], value)], kind="again")


def _third(persona: Persona) -> Iterator[Line]:
    for kind, attribute, ways in persona.random.sample(templates.THIRD, 3):
        subject = _pick(persona, "person" if kind in {"employer", "home", "job"} else kind)
        values = {"was founded by": "founder"}.get(attribute, attribute)
        value = _pick(persona, values, but=[subject])
        text = _article(persona.random.choice(persona.half.of(ways)).format(s=subject, v=value))
        text = text[:1].upper() + text[1:]
        key = (subject, attribute)
        verb = "ADD" if key not in persona.one else "NONE" if persona.one[key] == value else "UPDATE"
        gold = _fact(verb, subject, attribute, value)
        if verb == "UPDATE":
            gold["old"] = persona.one[key]
        persona.one[key] = value
        yield _line(persona, text, [gold], kind="third")


def _kin(persona: Persona) -> Iterator[Line]:
    template, attribute, values = persona.random.choice(persona.half.of(templates.KIN))
    name = persona.random.choice(["Rosalind", "Bertram", "Odile", "Casper"])
    value = _pick(persona, values)
    kin = template.split()[1]
    gold = [_fact("ADD", name, attribute, value), _fact("ADD", persona.name, kin, name, optional=True)]
    yield _line(persona, template.format(name=name, v=value), gold, kind="third")


def _event(persona: Persona) -> Iterator[Line]:
    template, value = persona.random.choice(persona.half.of(templates.EVENTS))
    words, when = _when(persona, templates.PAST)
    text = _fill(persona, template, when=words)
    yield _dated(_line(persona, text, [_fact("ADD", persona.name, "event", value)], kind="event"), when)


def _plan(persona: Persona) -> Iterator[Line]:
    template, value = persona.random.choice(persona.half.of(templates.PLANS))
    words, when = _when(persona, templates.FUTURE)
    text = _fill(persona, template, when=words)
    yield _dated(_line(persona, text, [_fact("ADD", persona.name, "plan", value)], kind="plan"), when)


def _instruction(persona: Persona) -> Iterator[Line]:
    if persona.random.random() < 0.6:
        text = persona.random.choice(persona.half.of(templates.INSTRUCTIONS))
        gold = _fact("ADD", persona.name, "instruction", text)
    else:
        text, value = persona.random.choice(persona.half.of(templates.REMEMBER))
        gold = _fact("ADD", persona.name, "instruction", value)
    yield _line(persona, text, [gold], kind="instruction")


def _chat(persona: Persona) -> Iterator[Line]:
    for _ in range(2):
        yield _line(persona, persona.random.choice(persona.half.of(templates.CHAT)), [], kind="chat")


def _assistant(persona: Persona) -> Iterator[Line]:
    text = persona.random.choice(persona.half.of(templates.ASSISTANT)).format(v=_pick(persona, "home"))
    yield _line(persona, text, [], kind="assistant", role="assistant")


def _when(persona: Persona, choices: Sequence[tuple[str, int, str]]) -> tuple[str, tuple[int, str]]:
    words, away, unit = persona.random.choice(persona.half.of(choices))
    return words, (away, unit)


def _dated(line: Line, when: tuple[int, str] | None) -> Line:
    """The stretch of time that is meant, reckoned from the message's own."""
    if when is None:
        return line
    start, end = _stretch(datetime.fromisoformat(line["at"]), *when)
    line["gold"][0]["from"], line["gold"][0]["to"] = f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}"
    return line


def _stretch(at: datetime, away: int, unit: str) -> tuple[datetime, datetime]:
    today = at.replace(hour=0, minute=0)
    if unit == "day":
        start = today + timedelta(days=away)
        return start, start + timedelta(days=1)
    if unit == "week":
        start = today + timedelta(days=7 * away - today.weekday())
        return start, start + timedelta(days=7)
    if unit == "year":
        return today.replace(today.year + away, 1, 1), today.replace(today.year + away + 1, 1, 1)
    year, month = divmod(12 * today.year + today.month - 1 + away, 12)
    following = divmod(12 * year + month + 1, 12)
    return today.replace(year, month + 1, 1), today.replace(following[0], following[1] + 1, 1)


if __name__ == "__main__":
    main()
