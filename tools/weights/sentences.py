"""A thousand sentences of our own, varied in form and length, to compare encoders on."""

from __future__ import annotations

from itertools import cycle
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REFERENCE_SEED = 20240229
CALIBRATION_SEED = 17
"""Another seed than the reference: the quantiser must not have seen what it is judged on."""

STORY_TURNS = (2, 3, 4, 5, 6, 24)
"""The longest stories pass 256 word pieces, so truncation is compared too."""

NAMES = (
    "Ana", "Bongani", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hiroshi", "Ingrid", "João",
    "Kateryna", "Leila", "Mateusz", "Nguyen Thi Lan", "Oluwaseun", "Priya", "Quentin", "Rosa",
    "Søren", "Tomasz", "Ursula", "Viktor", "Wanjiru", "Xiomara", "Yusuf", "Zoë",
)  # fmt: skip
PLACES = (
    "Berlin", "Cape Town", "Kyoto", "São Paulo", "Reykjavik", "Nairobi", "Lviv", "Montréal",
    "Hanoi", "Cusco", "Leeds", "Tbilisi", "Auckland", "Ghent", "Isfahan", "Tromsø",
)  # fmt: skip
THINGS = (
    "the blue bicycle", "her sourdough starter", "an old film camera", "the quarterly report",
    "a pottery class", "the broken dishwasher", "his allergy to walnuts", "the database migration",
    "a second-hand cello", "the mortgage papers", "our tabby cat", "the marathon", "a tax refund",
    "the garden fence", "my passport", "the vaccination card", "a letter from the bank",
    "the login page", "her thesis on glaciers", "a jar of pickled plums",
)  # fmt: skip
DEEDS = (
    "signed up for", "forgot about", "asked me about", "finally sorted out", "took a photo of",
    "spent all weekend on", "is worried about", "told everyone about", "lost", "paid for",
    "keeps postponing", "wants to sell", "dreamed of", "argued over", "wrote a poem about",
)  # fmt: skip
TIMES = (
    "yesterday", "last Tuesday", "on 3 May 2023", "at 7:45 in the morning", "two weeks ago",
    "in the summer of 2019", "just before Christmas", "on my thirtieth birthday", "at noon",
    "during the storm", "every other Friday", "since the operation",
)  # fmt: skip
FEELINGS = (
    "I am so happy about it.", "Honestly, it was a relief.", "That made me furious!",
    "I do not know what to think.", "We laughed until we cried.", "It still hurts a little.",
    "No regrets.", "I would do it again tomorrow.", "Never again, I swear.", "It felt like home.",
)  # fmt: skip
SHORT = (
    "ok", "Thanks!", "No.", "why?", "Yes, please.", "Berlin", "42", "see you", "Hmm...", "LOL",
    "happy birthday", "not yet", "vegan", "peanut allergy", "my sister", "3.14", "call me", "Ana",
    "good night", "remember this", "stop", "next week", "#42", "n/a", "tea, no sugar", "blood type",
)  # fmt: skip
PLAIN = (
    "I don't eat meat any more, but fish is fine.",
    "My blood type is O negative and I am allergic to penicillin.",
    "The wifi password is on the back of the router, under the sticker.",
    "Remind me never to book the 6 a.m. flight again.",
    "She speaks Portuguese, a little Finnish and very fast English.",
    "We named the puppy Biscuit because he is golden and crumbly.",
    "Grandfather repaired clocks for fifty years and was always late.",
    "The recipe needs 250 g of flour, 3 eggs, 125 ml of milk and a pinch of salt.",
    "Turn left after the bakery, cross the bridge, third door on the right.",
    "Our team moved from weekly releases to shipping several times a day.",
    "def parse(line): return line.strip().split(',')",
    "SELECT name, COUNT(*) FROM orders WHERE paid = 1 GROUP BY name;",
    "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    "git rebase --onto main feature~3 feature",
    "Meeting notes: budget approved, hiring paused, office plants need water.",
    "The doctor said to take the tablets with food, twice a day, for ten days.",
    "I used to live in Lisbon, now I live in Porto.",
    "Please always answer me in short sentences and use metric units.",
    "Der Zug nach Hamburg hatte wieder einmal vierzig Minuten Verspätung.",
    "Ma sœur préfère le thé, mais mon frère ne boit que du café.",
    "Mañana tengo una entrevista de trabajo en el centro.",
    "Мой любимый цвет зелёный.",
    "私の猫は魚が好きです。",
    "أنا أعيش في القاهرة منذ عام.",
    "आज मौसम बहुत अच्छा है।",
    "I got the job!!! 🎉🎉 starting Monday 😀",
    "omg u wont believe what happend at work 2day",
    "THE PARCEL ARRIVED BROKEN AND NOBODY ANSWERS THE PHONE",
    "e-mail: ana.lima@example.org, phone +49 30 1234567, room B-204",
    "Half of the harvest was lost to hail, the other half sold within a day.",
)
QUESTIONS = (
    "Where does {name} live?",
    "What did {name} say about {thing}?",
    "When did {name} move to {place}?",
    "Who {deed} {thing} {time}?",
    "Has {name} ever been to {place}?",
    "How much did {name} pay for {thing}?",
    "Why was {name} upset {time}?",
    "Which of my friends {deed} {thing}?",
    "do you remember what {name} was doing in {place} {time}",
    "Did {name} or {other} go to {place}?",
)
STATEMENTS = (
    "{name} {deed} {thing} {time}.",
    "{name} moved from {place} to {elsewhere} {time}.",
    "{name} and {other} met in {place} {time}.",
    "My favourite place is {place}; {name} prefers {elsewhere}.",
    "{name} is {number} years old and works in {place}.",
    "Invoice {number}-{big} over {big} euros was sent to {name} {time}.",
    "{time}, {name} {deed} {thing} with {other}. {feeling}",
    "{name}: I {deed} {thing}, and {other} paid {number} dollars for it.",
    "If {name} calls, say that {thing} is in {place}, shelf {number}.",
    "{feeling} {name} {deed} {thing}!",
)
ENDINGS = ("", ".", "!", "?", "...", ", please.")
SNIPPETS = (
    "{name}, {place}",
    "{thing}?",
    "{feeling}",
    "{number} euros",
    "not {place}, {elsewhere}!",
    "{name} {number}",
    "{time}, maybe",
    "ask {name}",
    "{thing} in {place}",
    "Yes, {name}.",
)


def reference_sentences(count: int = 1000) -> list[str]:
    """The same different sentences on every run: hand-written ones, then made ones."""
    return _fill_up(dict.fromkeys((*SHORT, *PLAIN)), count, Random(REFERENCE_SEED))


def calibration_sentences(vocabulary: Sequence[str], count: int = 300) -> list[str]:
    """Made sentences of the same forms as the reference, with other contents, and single words.

    A text of one word excites other channels than a sentence does: without them the quantiser
    would not know.
    """
    random = Random(CALIBRATION_SEED)
    words = random.sample([token for token in vocabulary if token.isalpha()], count)
    exclamations = {word + random.choice(ENDINGS): None for word in words}
    known = set(reference_sentences())
    return [text for text in _fill_up(exclamations, 2 * count, random) if text not in known]


def _fill_up(sentences: dict[str, None], count: int, random: Random) -> list[str]:
    forms = cycle((_statement, _question, _snippet, _statement, _question, _statement, _story))
    while len(sentences) < count:
        sentences[next(forms)(random)] = None
    return list(sentences)


def _statement(random: Random) -> str:
    return _filled(random.choice(STATEMENTS), random)


def _question(random: Random) -> str:
    return _filled(random.choice(QUESTIONS), random)


def _snippet(random: Random) -> str:
    return _filled(random.choice(SNIPPETS), random)


def _story(random: Random) -> str:
    forms = random.choices((_statement, _question), (2, 1), k=random.choice(STORY_TURNS))
    return " ".join(form(random) for form in forms)


def _filled(template: str, random: Random) -> str:
    name, other = random.sample(NAMES, 2)
    place, elsewhere = random.sample(PLACES, 2)
    text = template.format(
        name=name,
        other=other,
        place=place,
        elsewhere=elsewhere,
        thing=random.choice(THINGS),
        deed=random.choice(DEEDS),
        time=random.choice(TIMES),
        feeling=random.choice(FEELINGS),
        number=random.randint(2, 99),
        big=random.randint(1000, 99999),
    )
    return text[0].upper() + text[1:]
