"""The conversation that ``holdfast demo`` remembers, and what it asks. The answers stand nowhere else:
``expects`` is what the tests compare the first hit with, and the demo itself never reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

USER = "ana"
PLAN = "suggest a recipe for Ana"


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation: when it was, and its turns as (speaker, words). The assistant has no name."""

    id: str
    at: str
    turns: tuple[tuple[str, str], ...]

    def messages(self) -> list[Mapping[str, object]]:
        """The turns as ``add`` takes them."""
        return [
            {"role": "assistant", "content": words, "at": self.at, "id": f"{self.id}:{number}"}
            if speaker == ASSISTANT
            else {
                "role": "user",
                "name": speaker,
                "content": words,
                "at": self.at,
                "id": f"{self.id}:{number}",
            }
            for number, (speaker, words) in enumerate(self.turns, start=1)
        ]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, what is special about it, and the id of the message that tests expect first."""

    text: str
    about: str
    expects: str
    valid_at: str | None = None
    since: str | None = None


ASSISTANT = "assistant"

SESSIONS = (
    Session(
        "january",
        "2026-01-12T18:30:00Z",
        (
            ("Ana", "Hi! I am Ana. I live in Porto, in a small flat right above a bakery."),
            (ASSISTANT, "Nice to meet you, Ana. Waking up to fresh bread sounds lovely."),
            (
                "Ana",
                "It does. But careful when you suggest recipes: prawns and mussels make my throat swell.",
            ),
            (ASSISTANT, "Noted. I will leave them out of everything I propose."),
            ("Ana", "My brother Tom will join us here now and then. He is the musical one of the family."),
        ),
    ),
    Session(
        "february",
        "2026-02-20T20:05:00Z",
        (
            ("Tom", "Tom here. I took up the cello again after ten years, my neighbours are very patient."),
            (ASSISTANT, "Welcome, Tom. Which piece are you working on?"),
            ("Tom", "The first Bach suite. I practise on Sunday mornings, badly."),
            ("Ana", "He is too modest. I only ever managed three chords on a ukulele."),
            (ASSISTANT, "Three chords are enough for most songs."),
        ),
    ),
    Session(
        "march",
        "2026-03-18T08:15:00Z",
        (
            ("Ana", "We booked the ferry to the islands for June. The confirmation is KX-4417."),
            (ASSISTANT, "I will remember that. Do you need a cabin?"),
            ("Ana", "No, we sit on deck. Tom gets sick indoors on boats."),
            ("Tom", "Sadly true. Fresh air, ginger biscuits, and I survive."),
            (ASSISTANT, "Then two seats on deck and a packet of biscuits it is."),
        ),
    ),
    Session(
        "april",
        "2026-04-27T19:40:00Z",
        (
            ("Ana", "Big news: the marine institute hired me! I will count seals from a drone."),
            (ASSISTANT, "Congratulations! When do you start?"),
            ("Ana", "On the first of June, and I am terrified of the statistics."),
            ("Tom", "She was top of her class in statistics. Do not believe a word."),
            (ASSISTANT, "I can go through the basics with you whenever you like."),
        ),
    ),
    Session(
        "may",
        "2026-05-30T17:10:00Z",
        (
            ("Ana", "The boxes are unpacked. I live in Bergen now, five minutes from the harbour."),
            (ASSISTANT, "How is the new place?"),
            ("Ana", "Rainy! I gave the car away and cycle to the office in waterproof trousers."),
            ("Tom", "She sent me a photo. She looked like a very happy tent."),
            ("Ana", "And I adopted a grey cat from the shelter. He answers to Biscuit, if he feels like it."),
            (ASSISTANT, "Give him my regards. I will ask about the statistics another day."),
        ),
    ),
)

QUERIES = (
    Query("Which food is dangerous for her?", "other words than those that were said", "january:3"),
    Query("KX-4417", "a booking code, to the letter", "march:1"),
    Query("What instrument does Tom play?", "the name counts", "february:1"),
    Query("Where does Ana live?", "as it was on 1 March", "january:1", valid_at="2026-03-01"),
    Query("Where does Ana live?", "as it is since May", "may:1", since="2026-05-01"),
    Query("How does she commute?", "other words again", "may:3"),
    Query("What is the pet called?", "nobody said 'pet'", "may:5"),
)
